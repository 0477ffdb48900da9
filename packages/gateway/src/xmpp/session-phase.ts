import { randomUUID } from 'node:crypto'
import { element, NS, prepareJid, Refusal, type XmlElement } from '@sluice/protocol'
import type { Session } from '../messaging/sessions.ts'
import type { Clock } from '../transfer/clock.ts'
import type { Logger } from '../transfer/logger.ts'
import { errorOf, isRefused } from './stanza-answers.ts'
import type { StanzaHandler, StanzaHandlers } from './stanza-handlers.ts'
import { StreamError } from './stream-error.ts'
import type { PhaseStream, StreamPhase } from './stream-phase.ts'
import { MEMBER_XML } from './xml-reader.ts'
import { XMPP } from './xmpp-namespaces.ts'

interface Needs {
  stream: PhaseStream
  address: { full: string; bare: string }
  domain: string
  handlers: StanzaHandlers
  clock: Pick<Clock, 'now' | 'sleep'>
  logger: Logger
  onEnded: (session: SessionPhase) => void
}

/**
 * A device that owes an answer (RFC 6120 §8.2.3) and says nothing at all for so long does not work, though its socket
 * lives. Far longer than a slow link takes for what may lie before the question.
 */
const SILENT_TOO_LONG_MS = 5 * 60_000

/** One connected device: its stanzas go to the handlers, those for it go out. */
export class SessionPhase implements StreamPhase, Session {
  readonly limits = MEMBER_XML
  readonly full: string
  readonly bare: string
  readonly #needs: Needs
  #atWork: Promise<void> | undefined
  readonly #pings = new Map<string, AbortController>()
  #heardAt = 0

  constructor(needs: Needs) {
    this.#needs = needs
    this.full = needs.address.full
    this.bare = needs.address.bare
  }

  features(): XmlElement[] {
    return []
  }

  async receive(stanza: XmlElement): Promise<void> {
    const { handlers } = this.#needs
    this.#heardAt = this.#now()
    const handle = Object.hasOwn(handlers, stanza.name) && handlers[stanza.name as keyof StanzaHandlers]
    if (!handle) throw new StreamError('unsupported-stanza-type')
    if (stanza.getNS() !== NS.client) throw new StreamError('invalid-namespace')
    this.#stamp(stanza)
    if (this.#isPong(stanza)) return
    this.#atWork = this.#handle(stanza, handle)
    await this.#atWork
    this.#atWork = undefined
  }

  send(stanza: XmlElement): void {
    this.#needs.stream.send(stanza)
  }

  deliver(frame: string): boolean {
    return this.#needs.stream.send(frame)
  }

  async confirm(): Promise<boolean> {
    const { domain, stream } = this.#needs
    const id = randomUUID()
    const answered = new AbortController()
    this.#pings.set(id, answered)
    const ping = element('ping', { xmlns: XMPP.ping })
    const sent = stream.send(
      element('iq', { xmlns: NS.client, type: 'get', id, from: domain, to: this.full }, ping),
    )
    if (sent) await this.#answer(answered.signal)
    this.#pings.delete(id)
    return answered.signal.reason === 'pong'
  }

  end(reason: 'conflict' | 'not-authorized'): void {
    const { stream } = this.#needs
    // Who removes the own account gets the answer first (XEP-0077 §3.2).
    if (reason === 'not-authorized' && this.#atWork) void this.#atWork.then(() => stream.end(reason))
    else stream.end(reason)
  }

  ended(): void {
    for (const ping of this.#pings.values()) ping.abort('ended')
    this.#needs.onEnded(this)
  }

  /** Resolves once `answered` is aborted, or the stream was ended for want of an answer. */
  async #answer(answered: AbortSignal): Promise<void> {
    const { clock, stream } = this.#needs
    const askedAt = this.#now()
    while (!answered.aborted) {
      const left = Math.max(askedAt, this.#heardAt) + SILENT_TOO_LONG_MS - this.#now()
      if (left <= 0) return stream.end('connection-timeout', 'a ping was not answered')
      await clock.sleep(left, answered)
    }
  }

  async #handle(stanza: XmlElement, handle: StanzaHandler): Promise<void> {
    const { logger, stream } = this.#needs
    try {
      await handle(stanza, this)
    } catch (error) {
      if (!isRefused(error)) logger.error({ err: error }, 'a stanza failed')
      const answer = errorOf(stanza, isRefused(error) ? error : new Refusal('internal-error'))
      if (answer) stream.send(answer)
    }
  }

  /** RFC 6120 §8.1.2.1: `from` is the server's word; a client that claims another's ends its stream. */
  #stamp(stanza: XmlElement): void {
    const { from } = stanza.attrs
    if (from !== undefined && !this.#isOwn(from)) throw new StreamError('invalid-from')
    stanza.attrs.from = this.full
  }

  #isOwn(from: string): boolean {
    try {
      const { full } = prepareJid(from)
      return full === this.full || full === this.bare
    } catch {
      return false
    }
  }

  /** The answer to one of our pings, be it a result or an error: either came after all that went before. */
  #isPong({ attrs: { id, to, type }, name }: XmlElement): boolean {
    const ping = this.#pings.get(id ?? '')
    if (name !== 'iq' || !ping || (type !== 'result' && type !== 'error')) return false
    if (to !== undefined && to !== this.#needs.domain) return false
    ping.abort('pong')
    return true
  }

  #now(): number {
    return this.#needs.clock.now().getTime()
  }
}
