import { element, type XmlElement } from '@sluice/protocol'
import { type Clock, sleep } from '../clock.ts'
import { randomId } from '../random-id.ts'
import {
  type CloseReason,
  ConnectError,
  type Connection,
  type Connector,
  type Credentials,
  type Login,
} from './connection.ts'
import { logIn } from './log-in.ts'
import { registrationError, registrationQuery } from './registration.ts'
import { countStanzas, countsStanzas } from './stanza-counting.ts'
import type { WebSocketClass } from './web-socket-class.ts'
import { type XmppStream, xmppStream } from './xmpp-stream.ts'

const STREAMS = 'http://etherx.jabber.org/streams'
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
const BIND = 'urn:ietf:params:xml:ns:xmpp-bind'
const NEGOTIATION_MS = 15_000
const CLOSING_MS = 1_000

interface Needs {
  /** ws: or wss: */
  url: string
  domain: string
  WebSocket: WebSocketClass
  clock: Clock
}

/** Streams by xmpp.js over WebSocket (RFC 7395), a new one for each connection. */
export class XmppConnector implements Connector {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  async connect(request: { credentials: Login; resource: string; signal: AbortSignal }): Promise<Connection> {
    const { stream, result } = await this.#negotiate(request.signal, async (features, stream) => {
      const offered = features.getChild('mechanisms', SASL)
      if (offered) {
        const { credentials } = request
        return void (await logIn(stream, { credentials, domain: this.#needs.domain, offered }))
      }
      const jid = await ask(stream, bindQuery(request.resource))
      if (countsStanzas(features)) await countStanzas(stream)
      return jid.getChild('bind', BIND)?.getChildText('jid') ?? undefined
    })
    return connectionOf(stream, result, this.#needs.clock)
  }

  /** Registration comes before authentication (XEP-0077 §3.1), and this stream never goes further. */
  async register({ credentials, signal }: { credentials: Credentials; signal: AbortSignal }): Promise<void> {
    const { stream, result: answer } = await this.#negotiate(signal, (_, stream) =>
      ask(stream, registrationQuery(credentials)),
    )
    cut(stream.socket)
    if (answer.attrs.type !== 'result') throw registrationError(answer)
  }

  /**
   * Opens a stream and takes a step whenever the server says what it has (RFC 6120 §4.3.2), until one has a result.
   * Nothing is left open when it rejects, with ConnectError or the signal's reason.
   */
  async #negotiate<T>(
    signal: AbortSignal,
    step: (features: XmlElement, stream: XmppStream) => Promise<T | undefined>,
  ): Promise<{ stream: XmppStream; result: T }> {
    const { url, domain, WebSocket, clock } = this.#needs
    const stream = xmppStream({ domain, WebSocket, timeout: NEGOTIATION_MS })
    const over = new AbortController()
    try {
      const result = await new Promise<T>((resolve, reject) => {
        const fail = (error: Error) => reject(connectError(error))
        signal.addEventListener('abort', () => reject(signal.reason), { signal: over.signal })
        if (signal.aborted) reject(signal.reason)
        stream.on('error', fail)
        stream.on('disconnect', () => reject(new ConnectError('unreachable', 'The server hung up')))
        stream.on('nonza', (nonza) => {
          if (!nonza.is('features', STREAMS)) return
          step(nonza, stream).then((result) => result !== undefined && resolve(result), fail)
        })
        stream
          .connect(url)
          .then(() => stream.open({ domain }), fail)
          .catch(fail)
        sleep(clock, NEGOTIATION_MS, over.signal).then(
          () => reject(new ConnectError('unreachable', 'The server does not answer')),
          () => {},
        )
      })
      return { stream, result }
    } catch (error) {
      cut(stream.socket)
      throw error
    } finally {
      over.abort()
    }
  }
}

/** An iq on a stream that is not in use yet. Resolves with the answer, also an error. */
async function ask(stream: XmppStream, payload: XmlElement): Promise<XmlElement> {
  const id = randomId()
  const answer = new Promise<XmlElement>((resolve) => {
    stream.on('stanza', (stanza) => {
      if (stanza.is('iq') && stanza.attrs.id === id) resolve(stanza)
    })
  })
  await stream.send(element('iq', { type: 'set', id }, payload))
  return answer
}

function bindQuery(resource: string): XmlElement {
  return element('bind', { xmlns: BIND }, element('resource', {}, resource))
}

function connectError(error: Error): ConnectError {
  if (error instanceof ConnectError) return error
  return new ConnectError('unreachable', 'The server cannot be reached', { cause: error })
}

function connectionOf(stream: XmppStream, jid: string, clock: Clock): Connection {
  let open = true
  let reason: CloseReason = 'lost'
  const closeListeners: ((reason: CloseReason) => void)[] = []
  const ended = () => {
    if (!open) return
    open = false
    for (const listener of closeListeners) listener(reason)
  }
  stream.on('error', ({ name, condition }) => {
    if (name === 'StreamError' && (condition === 'conflict' || condition === 'reset')) reason = condition
  })
  stream.on('disconnect', ended)
  return {
    jid,
    async send(stanza: XmlElement) {
      if (!open) throw new Error('The stream is closed')
      await stream.send(stanza)
    },
    onStanza: (listener) => stream.on('stanza', listener),
    onClose: (listener) => void closeListeners.push(listener),
    async close() {
      if (!open) return
      const { socket } = stream
      // Else its own timers outlive the session by far.
      stream.timeout = CLOSING_MS
      const over = new AbortController()
      const patience = sleep(clock, CLOSING_MS, over.signal).catch(() => {})
      await Promise.race([stream.stop().catch(() => {}), patience])
      over.abort()
      cut(socket)
      ended()
    },
  }
}

/** Ends the socket without the closing handshake of the stream, and where that can be, without its own. */
function cut(held: XmppStream['socket']): void {
  try {
    const socket = held?.socket
    if (socket?.terminate) socket.terminate()
    else socket?.close()
  } catch {
    // A socket that never opened has nothing to close.
  }
}
