import { element, type XmlElement } from '@sluice/protocol'
import { type Clock, sleep } from '../clock.ts'
import { Listeners } from '../listeners.ts'
import type { Log } from '../log.ts'
import { retryDelay } from '../retry-delay.ts'
import { Unreachable } from '../unreachable.ts'
import { untilAborted } from '../until-aborted.ts'
import { ConnectError, type Connection, type Connector, type Login } from './connection.ts'
import { enableCarbons } from './enable-carbons.ts'
import { IqExchange, type IqRequest, PING } from './iq-exchange.ts'
import type { Session, SessionState } from './session.ts'

const KEEPALIVE_MS = 30_000
// A stream that ends sooner has not shown that the server is well again.
const STABLE_MS = 30_000
const LEAST_LIFE_MS = 1_000
// For a first stream that was lost before it was of use, and is opened again.
const OPENING_MS = 15_000

interface Needs {
  connector: Connector
  clock: Clock
  random: () => number
  log: Log
  /** Bare JID. */
  account: string
  domain: string
  /** Asked for each stream. Rejects with ConnectError. */
  login: () => Promise<Login>
  /** Always the same for one store, so that a lease to send outlives a reconnect and a restart. */
  resource: string
}

/**
 * A session over real streams: a lost one is opened again, with backoff, until `close`, or until the server has
 * refused the account or given its place to another. Then it is `offline` for good, and what waits for it rejects.
 */
export class LiveSession implements Session {
  readonly account: string
  readonly domain: string
  readonly states: Listeners<SessionState>
  readonly stanzas: Listeners<XmlElement>
  readonly #needs: Needs
  readonly #over = new AbortController()
  #state: SessionState = 'offline'
  #device: string | undefined
  /** Attempts since a stream last was stable. */
  #attempt = 0
  #byToken = false
  #stream: { connection: Connection; iqs: IqExchange } | undefined

  constructor(needs: Needs) {
    this.#needs = needs
    this.account = needs.account
    this.domain = needs.domain
    this.states = new Listeners(needs.log)
    this.stanzas = new Listeners(needs.log)
  }

  get state(): SessionState {
    return this.#state
  }

  get device(): string | undefined {
    return this.#device
  }

  /** Resolves once it is online. Rejects with ConnectError; afterwards the session can only be closed. */
  async open(): Promise<void> {
    this.#enter('connecting')
    try {
      await this.#connect()
      await this.#onlineSoon()
    } catch (error) {
      this.#over.abort(new Unreachable('The session was not opened', { cause: error }))
      this.#enter('offline')
      throw error
    }
  }

  /** A stream may die before it is of use, and another one is opened then. Rejects with ConnectError. */
  async #onlineSoon(): Promise<void> {
    if (this.#state === 'online') return
    const over = new AbortController()
    const late = sleep(this.#needs.clock, OPENING_MS, over.signal).then(() => over.abort())
    late.catch(() => {})
    try {
      await this.online(over.signal)
    } catch (error) {
      const cause = error instanceof Unreachable ? error.cause : error
      if (cause instanceof ConnectError) throw cause
      throw new ConnectError('unreachable', 'The server cannot be reached', { cause: error })
    } finally {
      over.abort()
    }
  }

  /** Ends the session for good. Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#over.abort(new Unreachable('The session was closed'))
    await this.#stream?.connection.close()
    this.#enter('offline')
  }

  async online(signal?: AbortSignal): Promise<void> {
    if (this.#state === 'online') return
    const signals = [this.#over.signal, ...(signal ? [signal] : [])]
    const ended = AbortSignal.any(signals)
    ended.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const settle = () => {
        remove()
        ended.removeEventListener('abort', abort)
      }
      const remove = this.states.add((state) => {
        if (state !== 'online') return
        settle()
        resolve()
      })
      const abort = () => {
        settle()
        reject(ended.reason)
      }
      ended.addEventListener('abort', abort, { once: true })
    })
  }

  async request(request: IqRequest): Promise<XmlElement | undefined> {
    return this.#living().iqs.request(request)
  }

  async deliver(stanza: XmlElement, signal?: AbortSignal): Promise<void> {
    const { connection, iqs } = this.#living()
    await sendOn(connection, stanza)
    await iqs.request({ type: 'get', to: this.domain, payload: element('ping', { xmlns: PING }), signal })
  }

  async send(stanza: XmlElement): Promise<void> {
    await sendOn(this.#living().connection, stanza)
  }

  #living() {
    if (!this.#stream) throw new Unreachable('Not connected')
    return this.#stream
  }

  async #connect(): Promise<void> {
    const { connector, clock, login, resource, log } = this.#needs
    const credentials = await untilAborted(login(), this.#over.signal)
    this.#byToken = credentials.byToken ?? false
    const connection = await connector.connect({ credentials, resource, signal: this.#over.signal })
    const iqs = new IqExchange({ connection, clock, account: this.account, domain: this.domain })
    connection.onStanza((stanza) => this.stanzas.emit(stanza))
    const ended = new AbortController()
    const openedAt = clock.now()
    connection.onClose((reason) => {
      ended.abort()
      this.#stream = undefined
      if (this.#over.signal.aborted) return
      // The server is well. But one that resets each stream at once is not to be asked again and again.
      if (reason === 'reset' && clock.now() - openedAt >= LEAST_LIFE_MS) this.#attempt = 0
      if (reason === 'conflict') this.#giveUp(new Error('Another client took the place of this one'))
      else this.#reconnect()
    })
    sleep(clock, STABLE_MS, ended.signal).then(
      () => {
        this.#attempt = 0
      },
      () => {},
    )
    this.#stream = { connection, iqs }
    this.#device = connection.jid
    log('info', 'connected', { jid: connection.jid })
    this.#keepAlive(connection, iqs, ended.signal)
    // Before presence: from then on other devices' messages come, and all of them are to be copied.
    await enableCarbons({ iqs, domain: this.domain, log })
    // Without a priority it is 0 (RFC 6121 §4.7.2.3), with which offline messages come.
    await sendOn(connection, element('presence')).catch(() => {}) // A stream that died already: see onClose.
    if (!ended.signal.aborted) this.#enter('online')
  }

  /** Runs on its own; ends with a stream, or with the session. */
  #reconnect(): void {
    this.#enter('connecting')
    this.#reconnectUntilOnline().catch((error: unknown) => {
      if (!this.#over.signal.aborted) this.#giveUp(error)
    })
  }

  #giveUp(error: unknown): void {
    this.#needs.log('error', 'gave up connecting', { error })
    this.#over.abort(new Unreachable('The session has ended', { cause: error }))
    this.#enter('offline')
  }

  // Not bounded: a laptop may be asleep for a week. The delay is, and each attempt's time.
  async #reconnectUntilOnline(): Promise<void> {
    const { clock, random, log } = this.#needs
    let refused = false
    for (;;) {
      const attempt = this.#attempt++
      const delayMs = retryDelay(attempt, random)
      log('warn', 'connecting again', { attempt, delayMs })
      await sleep(clock, delayMs, this.#over.signal)
      try {
        return await this.#connect()
      } catch (error) {
        if (!(error instanceof ConnectError)) throw error
        if (error.reason === 'unreachable') continue
        // A changed password does not get better by asking more often. A token may have expired on its way, once.
        if (error.reason !== 'not-authorized' || !this.#byToken || refused) throw error
        refused = true
      }
    }
  }

  /** A half-open socket says nothing; a ping without an answer does. */
  #keepAlive(connection: Connection, iqs: IqExchange, ended: AbortSignal): void {
    const beat = async () => {
      for (;;) {
        await sleep(this.#needs.clock, KEEPALIVE_MS, ended)
        const payload = element('ping', { xmlns: PING })
        await iqs.request({ type: 'get', to: this.domain, payload, signal: ended, attempts: 1 })
      }
    }
    beat().catch((error: unknown) => {
      if (ended.aborted) return
      this.#needs.log('warn', 'the server does not answer', { error })
      return connection.close()
    })
  }

  #enter(state: SessionState): void {
    if (this.#state === state) return
    this.#state = state
    this.states.emit(state)
  }
}

async function sendOn(connection: Connection, stanza: XmlElement): Promise<void> {
  try {
    await connection.send(stanza)
  } catch (cause) {
    throw new Unreachable('The stream is closed', { cause })
  }
}
