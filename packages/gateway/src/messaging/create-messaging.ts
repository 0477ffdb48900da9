import type { Clock } from '../transfer/clock.ts'
import type { Logger } from '../transfer/logger.ts'
import type { NodeSignals } from '../transfer/node-signals.ts'
import type { AccountStore } from './account-store.ts'
import { Accounts } from './accounts.ts'
import { Credentials } from './credentials.ts'
import { DeliverOffline } from './deliver-offline.ts'
import { LogInByToken } from './log-in-by-token.ts'
import { type LoginTokenRules, LoginTokenVerifier } from './login-token-verifier.ts'
import type { OfflineStore } from './offline-store.ts'
import { RouteIq } from './route-iq.ts'
import { RouteMessage } from './route-message.ts'
import { Sessions } from './sessions.ts'
import { UpdatePresence } from './update-presence.ts'

/** What messaging needs from outside. */
export interface MessagingNeeds {
  readonly accounts: AccountStore
  readonly offline: OfflineStore
  readonly signals: Pick<NodeSignals, 'announceMail' | 'onMail'>
  readonly clock: Clock
  readonly logger: Logger
  /** The domain of the accounts, prepared. */
  readonly domain: string
  /** Without them nobody logs in by token. */
  readonly loginTokens?: LoginTokenRules | undefined
}

/** The chat side of the standalone gateway, assembled. */
export interface Messaging {
  readonly accounts: Accounts
  readonly credentials: Credentials
  readonly logInByToken?: LogInByToken | undefined
  readonly sessions: Sessions
  readonly routeMessage: RouteMessage
  readonly routeIq: RouteIq
  readonly updatePresence: UpdatePresence
  /** Stops listening to the other nodes. */
  close(): void
}

/** Wires the use cases of this folder to the ports given. */
export function createMessaging(needs: MessagingNeeds): Messaging {
  const { clock, domain, logger, loginTokens: rules, offline, signals } = needs
  const sessions = new Sessions()
  const accounts = new Accounts({ store: needs.accounts, domain, sessions, signals })
  const deliverOffline = new DeliverOffline({ store: offline, sessions, logger })

  const onMail = async (bare: string) => {
    if (sessions.of(bare).length === 0) return
    if (await accounts.exists(bare)) return deliverOffline.start(bare)
    for (const session of sessions.of(bare)) session.end('not-authorized')
  }

  return {
    accounts,
    credentials: new Credentials({ store: needs.accounts, accounts }),
    ...(rules && {
      logInByToken: new LogInByToken({
        verifier: new LoginTokenVerifier({ rules, clock }),
        accounts,
        logger,
      }),
    }),
    sessions,
    routeMessage: new RouteMessage({ domain, sessions, offline, deliverOffline, signals, clock }),
    routeIq: new RouteIq({ domain, sessions }),
    updatePresence: new UpdatePresence({ sessions, deliverOffline }),
    close: signals.onMail(
      (bare) =>
        void onMail(bare).catch((error: unknown) =>
          logger.error({ err: error }, 'a mailbox could not be looked into'),
        ),
    ),
  }
}
