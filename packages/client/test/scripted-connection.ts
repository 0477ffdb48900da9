import { element, NS, type XmlElement } from '@sluice/protocol'
import type { CloseReason, ConnectError, Connection, Connector, Login } from '../src/session/connection.ts'

/** A stream whose server is the test. */
export class ScriptedConnection implements Connection {
  readonly jid = 'alice@example.org/one'
  readonly sent: XmlElement[] = []
  /** What its server says it can do; asked first on each stream, and answered without being counted in `sent`. */
  features: readonly string[] | 'silent' = []
  readonly #stanzaListeners: ((stanza: XmlElement) => void)[] = []
  readonly #closeListeners: ((reason: CloseReason) => void)[] = []
  #onSent: () => void = () => {}
  #open = true

  async send(stanza: XmlElement): Promise<void> {
    if (!this.#open) throw new Error('closed')
    if (stanza.getChild('query', NS.discoInfo)) return this.#tellFeatures(stanza)
    this.sent.push(stanza)
    this.#onSent()
  }

  #tellFeatures(iq: XmlElement): void {
    if (this.features === 'silent') return
    const features = this.features.map((feature) => element('feature', { var: feature }))
    queueMicrotask(() => this.answer(iq, iq.attrs.to, element('query', { xmlns: NS.discoInfo }, ...features)))
  }

  onStanza(listener: (stanza: XmlElement) => void): void {
    this.#stanzaListeners.push(listener)
  }

  onClose(listener: (reason: CloseReason) => void): void {
    this.#closeListeners.push(listener)
  }

  async close(reason: CloseReason = 'lost'): Promise<void> {
    if (!this.#open) return
    this.#open = false
    for (const listener of this.#closeListeners) listener(reason)
  }

  receive(stanza: XmlElement): void {
    for (const listener of this.#stanzaListeners) listener(stanza)
  }

  /** Resolves with the nth iq (from 1), once it is out. */
  async iq(number = 1): Promise<XmlElement> {
    for (;;) {
      const iqs = this.sent.filter((stanza) => stanza.is('iq'))
      const found = iqs[number - 1]
      if (found) return found
      await new Promise<void>((resolve) => {
        this.#onSent = resolve
      })
    }
  }

  answer(iq: XmlElement, from: string | undefined, payload?: XmlElement): void {
    this.receive(element('iq', { type: 'result', id: iq.attrs.id, from }, payload))
  }
}

/** Gives one scripted connection after the other, or the failures that are due. */
export class ScriptedConnector implements Connector {
  readonly opened: ScriptedConnection[] = []
  readonly failures: ConnectError[] = []
  features: readonly string[] | 'silent' = []
  attempts = 0
  /** What the last stream was opened with. */
  login: Login | undefined

  async connect({ credentials }: { credentials: Login }): Promise<Connection> {
    this.attempts += 1
    this.login = credentials
    const failure = this.failures.shift()
    if (failure) throw failure
    const connection = new ScriptedConnection()
    connection.features = this.features
    this.opened.push(connection)
    return connection
  }

  async register(): Promise<void> {}
}

/** A clock that the test moves. */
export class MovedClock {
  #now = 0
  #timers: { at: number; run: () => void }[] = []
  /** The delays that were asked for, in order. */
  readonly delays: number[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run }
    this.delays.push(ms)
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Moves on, and lets whatever that sets off run as far as it goes. */
  async move(ms: number): Promise<void> {
    // What is on its way sets its timers first.
    await new Promise<void>((resolve) => setImmediate(resolve))
    this.#now += ms
    const due = this.#timers.filter(({ at }) => at <= this.#now)
    this.#timers = this.#timers.filter(({ at }) => at > this.#now)
    for (const { run } of due) run()
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
