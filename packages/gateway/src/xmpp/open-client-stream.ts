import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import type { Messaging } from '../messaging/create-messaging.ts'
import type { Clock } from '../transfer/clock.ts'
import type { Logger } from '../transfer/logger.ts'
import { BindPhase } from './bind-phase.ts'
import { ClientStream } from './client-stream.ts'
import { FrameSocket } from './frame-socket.ts'
import type { IqTable } from './iq/iq-table.ts'
import type { Registration } from './iq/registration.ts'
import { isLoopback } from './is-loopback.ts'
import { LoginPhase } from './login-phase.ts'
import type { MediaStanzas } from './media-stanzas.ts'
import { SaslLogin } from './sasl/sasl-login.ts'
import { SessionPhase } from './session-phase.ts'
import { createStanzaHandlers } from './stanza-handlers.ts'
import type { PhaseStream } from './stream-phase.ts'
import type { XmppLimits } from './xmpp-limits.ts'

interface Needs {
  webSocket: WebSocket
  /** The request that became the WebSocket. */
  request: IncomingMessage
  domain: string
  mediaJid: string
  secure: boolean
  local: boolean
  messaging: Messaging
  media: MediaStanzas
  registration: Registration | undefined
  domainIqs: IqTable
  accountIqs: IqTable
  clock: Clock
  logger: Logger
  limits: XmppLimits
}

/** One client's stream: a stranger logs in, binds a resource, and has a session; all within the login timeout. */
export function openClientStream(needs: Needs): ClientStream {
  const { clock, domain, limits, logger, messaging, registration, request, secure, webSocket } = needs
  const { accounts, credentials, logInByToken, sessions, updatePresence } = messaging
  const plainAllowed = secure || (needs.local && isOnThisMachine(request))
  const sasl = new SaslLogin({ credentials, logInByToken, logger, plainAllowed })
  const settled = new AbortController()
  const gone = new AbortController()

  // RFC 6120 §4.9.3.16: what the stream was opened with has expired, and a new one needs something new.
  const endAt = async (stream: PhaseStream, endsAt: Date) => {
    await clock.sleep(Math.max(0, endsAt.getTime() - clock.now().getTime()), gone.signal)
    if (!gone.signal.aborted) stream.end('reset', 'the token has expired')
  }
  const beginSession = (stream: PhaseStream, address: { full: string; bare: string }) => {
    settled.abort()
    const handlers = createStanzaHandlers(needs)
    const onEnded = (session: SessionPhase) => updatePresence.drop(session)
    return new SessionPhase({ stream, address, domain, handlers, clock, logger, onEnded })
  }
  const beginBinding = (stream: PhaseStream, jid: string) =>
    new BindPhase({ stream, jid, sessions, accounts, next: (address) => beginSession(stream, address) })

  const stream = new ClientStream({
    socket: new FrameSocket({ socket: webSocket, clock, ...limits }),
    domain,
    logger,
    closeGraceMs: limits.closeGraceMs,
    firstPhase: (self) => {
      const next = (jid: string, endsAt: Date | undefined) => {
        if (endsAt) void endAt(self, endsAt)
        return beginBinding(self, jid)
      }
      return new LoginPhase({ stream: self, sasl, registration, domain, logger, next })
    },
  })

  webSocket.once('close', () => {
    settled.abort()
    gone.abort()
  })
  void clock.sleep(limits.loginTimeoutMs, settled.signal).then(() => {
    if (!settled.signal.aborted) stream.end('connection-timeout')
  })
  return stream
}

/** A proxy on this machine speaks for clients that are not. */
function isOnThisMachine({ headers, socket }: IncomingMessage): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
  return !isForwarded && isLoopback(socket.remoteAddress ?? '')
}
