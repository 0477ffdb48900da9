import type { Clock } from '../transfer/clock.ts'
import type { Logger } from '../transfer/logger.ts'
import type { NodeSignals } from '../transfer/node-signals.ts'
import type { AccountStore } from './account-store.ts'
import { Accounts } from './accounts.ts'
import type { ArchiveStore } from './archive-store.ts'
import { ChangeContacts } from './change-contacts.ts'
import type { ContactStore } from './contact-store.ts'
import { CopyToDevices } from './copy-to-devices.ts'
import { Credentials } from './credentials.ts'
import { DeliverOffline } from './deliver-offline.ts'
import { LogInByToken } from './log-in-by-token.ts'
import { type LoginTokenRules, LoginTokenVerifier } from './login-token-verifier.ts'
import type { OfflineStore } from './offline-store.ts'
import type { PresenceStore } from './presence-store.ts'
import { RouteIq } from './route-iq.ts'
import { RouteMessage } from './route-message.ts'
import { SendMessage } from './send-message.ts'
import { Sessions } from './sessions.ts'
import { TellDevices } from './tell-devices.ts'
import { UpdatePresence } from './update-presence.ts'

/** What messaging needs from outside. */
export interface MessagingNeeds {
  /** This node, as the database knows it. */
  readonly node: string
  readonly accounts: AccountStore
  readonly offline: OfflineStore
  readonly contacts: ContactStore
  readonly presences: PresenceStore
  readonly archive: ArchiveStore
  readonly signals: Pick<NodeSignals, 'announceMail' | 'announceNews' | 'onMail' | 'onNews'>
  readonly clock: Clock
  readonly logger: Logger
  /** The domain of the accounts, prepared. */
  readonly domain: string
  /** How long archives keep a message. */
  readonly archiveExpiryMs: number
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
  readonly sendMessage: SendMessage
  readonly routeIq: RouteIq
  readonly updatePresence: UpdatePresence
  readonly contacts: Pick<ContactStore, 'list'>
  readonly changeContacts: ChangeContacts
  readonly archive: Pick<ArchiveStore, 'page' | 'rule' | 'setRule'>
  /** Says of devices whose node is gone that they are, too, and of its own what could not be kept when it was said. */
  mendPresence(): Promise<void>
  /** Lets what is older than archives keep it go; answers how many messages went. */
  expireArchives(): Promise<number>
  /** Resolves when all that was said is kept, and told here. */
  settled(): Promise<void>
  /** Stops listening to the other nodes; resolves when it is settled. */
  close(): Promise<void>
}

/** Wires the use cases of this folder to the ports given. */
export function createMessaging(needs: MessagingNeeds): Messaging {
  const { archive, clock, contacts, domain, logger, node, offline, presences, signals } = needs
  const { loginTokens: rules } = needs
  const sessions = new Sessions()
  const accounts = new Accounts({ store: needs.accounts, contacts, domain, sessions, signals })
  const tellDevices = new TellDevices({ node, contacts, presences, sessions, logger })
  const deliverOffline = new DeliverOffline({ store: offline, sessions, logger })

  const onMail = async (bare: string) => {
    if (sessions.of(bare).length === 0) return
    if (await accounts.exists(bare)) return deliverOffline.start(bare)
    for (const session of sessions.of(bare)) session.end('not-authorized')
  }

  const updatePresence = new UpdatePresence({
    node,
    sessions,
    presences,
    tellDevices,
    deliverOffline,
    signals,
    logger,
  })
  const copyToDevices = new CopyToDevices({ node, archive, sessions })
  const routeMessage = new RouteMessage({ domain, sessions, offline, deliverOffline, signals, clock })
  const settled = async () => {
    await updatePresence.settled()
    await tellDevices.settled()
  }
  const stopListening = [
    signals.onMail(
      (bare) =>
        void onMail(bare).catch((error: unknown) =>
          logger.error({ err: error }, 'a mailbox could not be looked into'),
        ),
    ),
    signals.onNews((news) => {
      if (news.kind === 'presence') {
        tellDevices.presence(news)
        updatePresence.heard(news)
      } else if (news.kind === 'contact') tellDevices.contact(news)
      else
        void copyToDevices
          .fromElsewhere(news)
          .catch((error: unknown) => logger.error({ err: error }, 'a message was not copied'))
    }),
  ]

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
    routeMessage,
    sendMessage: new SendMessage({
      node,
      domain,
      sessions,
      archive,
      routeMessage,
      copyToDevices,
      signals,
      clock,
      logger,
    }),
    routeIq: new RouteIq({ domain, sessions }),
    updatePresence,
    contacts,
    archive,
    changeContacts: new ChangeContacts({ contacts, signals }),
    async mendPresence() {
      await updatePresence.keepAgain()
      for (const full of await presences.takeAbandoned(node))
        await signals.announceNews({ kind: 'presence', origin: node, full })
    },
    expireArchives: () => archive.expire(new Date(clock.now().getTime() - needs.archiveExpiryMs)),
    settled,
    async close() {
      for (const stop of stopListening) stop()
      await settled()
    },
  }
}
