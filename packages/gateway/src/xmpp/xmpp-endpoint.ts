import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Messaging } from '../messaging/create-messaging.ts'
import type { Clock } from '../transfer/clock.ts'
import type { Logger } from '../transfer/logger.ts'
import type { ClientStream } from './client-stream.ts'
import { Registration } from './iq/registration.ts'
import { accountIqs, domainIqs } from './iq/server-iqs.ts'
import type { MediaStanzas } from './media-stanzas.ts'
import { openClientStream } from './open-client-stream.ts'
import { MEMBER_XML } from './xml-reader.ts'
import { XMPP_LIMITS, type XmppLimits } from './xmpp-limits.ts'

/** Where clients connect; the second one is what older ones try (XEP-0156 leads the others). */
const XMPP_PATHS = ['/xmpp-websocket', '/ws'] as const

export interface XmppEndpointNeeds {
  /** Its 'upgrade' requests become streams; those to other paths are answered 404. */
  readonly server: Server
  /** Prepared. */
  readonly domain: string
  /** JID of the media service. */
  readonly mediaJid: string
  /** Whether clients reach us by TLS (an https public URL): passwords may then travel as they are. */
  readonly secure: boolean
  /** Whether a loopback address is the client's own (no public URL): its password then never leaves the machine. */
  readonly local: boolean
  readonly registrationOpen: boolean
  readonly messaging: Messaging
  readonly media: MediaStanzas
  readonly clock: Clock
  readonly logger: Logger
  readonly limits?: Partial<XmppLimits>
}

/** The standalone chat server's door: XMPP over WebSocket (RFC 7395). */
export interface XmppEndpoint {
  /** Takes nobody in any more, tells all clients `system-shutdown` and resolves when the last one is gone. Idempotent. */
  close(): Promise<void>
}

export function attachXmppEndpoint(needs: XmppEndpointNeeds): XmppEndpoint {
  const limits = { ...XMPP_LIMITS, ...needs.limits }
  const streams = new Map<WebSocket, ClientStream>()
  const wss = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // Somewhat more than the reader takes, so that who sends too much gets to hear of it as XMPP.
    maxPayload: 2 * MEMBER_XML.maxBytes,
    handleProtocols: (offered) => (offered.has('xmpp') ? 'xmpp' : false),
  })
  const registration = needs.registrationOpen
    ? new Registration({ accounts: needs.messaging.accounts })
    : undefined
  const open = {
    ...needs,
    limits,
    registration,
    domainIqs: domainIqs({ mediaJid: needs.mediaJid, registration }),
    accountIqs: accountIqs({ messaging: needs.messaging, registration }),
  }
  let closing: Promise<void> | undefined

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const status = closing ? 503 : refusalOf(request)
    if (status) return refuse(socket, status, needs.clock)
    wss.handleUpgrade(request, socket, head, (webSocket) => {
      const stream = openClientStream({ ...open, webSocket, request })
      streams.set(webSocket, stream)
      webSocket.once('close', () => streams.delete(webSocket))
    })
  }

  const close = async () => {
    // Not events.once: it rejects on an error of the socket, and its close follows all the same.
    const gone = [...streams.keys()].map(
      (webSocket) => new Promise<void>((resolve) => webSocket.once('close', () => resolve())),
    )
    for (const stream of streams.values()) stream.end('system-shutdown')
    await Promise.all(gone)
  }

  needs.server.on('upgrade', onUpgrade)
  return {
    close() {
      closing ??= close()
      return closing
    },
  }
}

function refusalOf({ headers, method, url }: IncomingMessage): number | undefined {
  const path = (url ?? '').split('?', 1)[0]
  if (!XMPP_PATHS.some((known) => known === path)) return 404
  if (method !== 'GET') return 405
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  // RFC 7395 §3.1.
  return protocols.includes('xmpp') ? undefined : 400
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  503: 'Service Unavailable',
}

/** How long a refused client gets to see the answer and to hang up. */
const REFUSED_LINGER_MS = 3_000

/** Unread bytes would have TCP reset the connection before its client sees the answer: they are dropped, for a while. */
function refuse(socket: Duplex, status: number, clock: Clock): void {
  const closed = new AbortController()
  socket.on('close', () => closed.abort()).on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  socket.resume()
  void clock.sleep(REFUSED_LINGER_MS, closed.signal).then(() => socket.destroy())
}
