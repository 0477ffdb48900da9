import { element, type XmlElement } from '@sluice/protocol'
import { type Authenticate, client, type Entity } from '@xmpp/client'
import { type Clock, sleep } from '../clock.ts'
import { ConnectError, type Connection, type Connector, type Credentials } from './connection.ts'
import { onUsable } from './on-usable.ts'
import { Plain } from './plain.ts'
import { registrationError, registrationQuery } from './registration.ts'
import { SCRAM_HASHES, Scram, type ScramName } from './scram.ts'
import { type WebSocketClass, webSocketTransport } from './web-socket-transport.ts'

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
const NEGOTIATION_MS = 15_000
const CLOSING_MS = 1_000

interface Needs {
  /** ws: or wss: */
  url: string
  domain: string
  WebSocket: WebSocketClass
  clock: Clock
}

/** Streams by @xmpp/client over WebSocket (RFC 7395); each connection is a client of its own. */
export class XmppConnector implements Connector {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  async connect(request: {
    credentials: Credentials
    resource: string
    signal: AbortSignal
  }): Promise<Connection> {
    let scram: Scram | undefined
    const entity = this.#client({
      resource: request.resource,
      authenticate: async (authenticate, mechanisms) => {
        await authenticate(request.credentials, chooseMechanism(mechanisms, entity.isSecure()))
      },
    })
    // @xmpp/sasl drops the server's proof, so the mechanism that can check it is kept here.
    useOwnMechanisms(entity, (begun) => {
      scram = begun
    })
    const jid = await this.#negotiate(entity, request.signal, (resolve, reject) => {
      onUsable(entity, resolve)
      entity.on('nonza', (nonza) => {
        if (!scram || !nonza.is('success', SASL)) return
        if (!scram.proves(atob(nonza.getText())))
          reject(new ConnectError('not-authorized', 'The server does not know the account'))
      })
    })
    return connectionOf(entity, jid, this.#needs.clock)
  }

  async register({ credentials, signal }: { credentials: Credentials; signal: AbortSignal }): Promise<void> {
    const id = crypto.randomUUID()
    const entity = this.#client({
      // Registration comes before authentication (XEP-0077 §3.1), and this stream never goes further.
      authenticate: async () => {
        await entity.send(element('iq', { type: 'set', id }, registrationQuery(credentials)))
        await new Promise<never>(() => {})
      },
    })
    try {
      await this.#negotiate(entity, signal, (resolve, reject) => {
        entity.on('stanza', (stanza) => {
          if (!stanza.is('iq') || stanza.attrs.id !== id) return
          if (stanza.attrs.type === 'result') resolve('')
          else reject(registrationError(stanza))
        })
      })
    } finally {
      cut(entity.socket)
    }
  }

  #client(options: {
    resource?: string
    authenticate: (authenticate: Authenticate, mechanisms: string[]) => Promise<void>
  }): Entity {
    const { url, domain, WebSocket } = this.#needs
    const entity = client({
      service: url,
      domain,
      timeout: NEGOTIATION_MS,
      ...(options.resource !== undefined && { resource: options.resource }),
      credentials: options.authenticate,
    })
    // Its reconnect waits a fixed second; ours backs off.
    entity.reconnect.stop()
    // With the end of a stream its parser goes; what still comes then would throw in the socket's own event.
    const read = entity._onData.bind(entity)
    entity._onData = (data) => {
      if (entity.parser) read(data)
    }
    entity.transports.splice(0, entity.transports.length, webSocketTransport(WebSocket))
    return entity
  }

  /** Starts the stream and waits for what `watch` resolves with. Nothing is left open when it rejects. */
  async #negotiate(
    entity: Entity,
    signal: AbortSignal,
    watch: (resolve: (value: string) => void, reject: (error: Error) => void) => void,
  ): Promise<string> {
    const over = new AbortController()
    try {
      return await new Promise<string>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { signal: over.signal })
        if (signal.aborted) reject(signal.reason)
        watch(resolve, reject)
        entity.on('error', (error) => reject(connectError(error)))
        entity.on('disconnect', () => reject(new ConnectError('unreachable', 'The server hung up')))
        entity.start().catch((error: Error) => reject(connectError(error)))
        sleep(this.#needs.clock, NEGOTIATION_MS, over.signal).then(
          () => reject(new ConnectError('unreachable', 'The server does not answer')),
          () => {},
        )
      })
    } catch (error) {
      cut(entity.socket)
      throw error
    } finally {
      over.abort()
    }
  }
}

/** Our own SCRAM and PLAIN in place of what @xmpp/client brings. */
function useOwnMechanisms({ saslFactory }: Entity, onBegun: (scram: Scram) => void): void {
  saslFactory._mechs = saslFactory._mechs.filter(({ name }) => !(name in SCRAM_HASHES) && name !== 'PLAIN')
  for (const name of Object.keys(SCRAM_HASHES) as ScramName[]) {
    class KeptScram extends Scram {
      constructor() {
        super(name)
        onBegun(this)
      }
    }
    saslFactory.use(name, KeptScram)
  }
  saslFactory.use('PLAIN', Plain)
}

/** PLAIN gives the password away: only over TLS, or where nothing leaves the machine. */
function chooseMechanism(offered: string[], secure: boolean): string {
  const wanted = [...Object.keys(SCRAM_HASHES), ...(secure ? ['PLAIN'] : [])]
  const chosen = wanted.find((mechanism) => offered.includes(mechanism))
  if (chosen) return chosen
  throw new ConnectError('not-allowed', 'The server offers no way to log in that is safe here')
}

function connectError(error: Error & { condition?: string }): ConnectError {
  if (error instanceof ConnectError) return error
  // RFC 6120 §6.5: what a server may call a wrong user or password.
  const refused = ['not-authorized', 'account-disabled', 'credentials-expired', 'invalid-authzid']
  if (error.name === 'SASLError' && refused.includes(error.condition ?? ''))
    return new ConnectError('not-authorized', 'The user or the password is wrong', { cause: error })
  return new ConnectError('unreachable', 'The server cannot be reached', { cause: error })
}

function connectionOf(entity: Entity, jid: string, clock: Clock): Connection {
  let open = true
  let reason: 'lost' | 'conflict' = 'lost'
  const closeListeners: ((reason: 'lost' | 'conflict') => void)[] = []
  const ended = () => {
    if (!open) return
    open = false
    for (const listener of closeListeners) listener(reason)
  }
  entity.on('error', ({ name, condition }) => {
    if (name === 'StreamError' && condition === 'conflict') reason = 'conflict'
  })
  entity.on('disconnect', ended)
  return {
    jid,
    async send(stanza: XmlElement) {
      if (!open) throw new Error('The stream is closed')
      await entity.send(stanza)
    },
    onStanza: (listener) => entity.on('stanza', listener),
    onClose: (listener) => void closeListeners.push(listener),
    async close() {
      if (!open) return
      const { socket } = entity
      // Else its own timers outlive the session by far.
      entity.timeout = CLOSING_MS
      const over = new AbortController()
      const patience = sleep(clock, CLOSING_MS, over.signal).catch(() => {})
      await Promise.race([entity.stop().catch(() => {}), patience])
      over.abort()
      cut(socket)
      ended()
    },
  }
}

/** Ends the socket without the closing handshake of the stream, and where that can be, without its own. */
function cut(held: Entity['socket']): void {
  try {
    const socket = held?.socket
    if (socket?.terminate) socket.terminate()
    else socket?.close()
  } catch {
    // A socket that never opened has nothing to close.
  }
}
