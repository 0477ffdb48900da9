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
  clock: Pick<Clock, 'sleep'>
  logger: Logger
  onEnded: (session: SessionPhase) => void
}

/** A device that answers no ping for so long has not taken what was delivered before it. */
const CONFIRM_WITHIN_MS = 10_000

/** One connected device: its stanzas go to the handlers, those for it go out. */
export class SessionPhase implements StreamPhase, Session {
  readonly limits = MEMBER_XML
  readonly full: string
  readonly bare: string
  readonly #needs: Needs
  #atWork: Promise<void> | undefined
  readonly #pings = new Map<string, AbortController>()

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
    const { clock, domain, stream } = this.#needs
    const id = randomUUID()
    const answered = new AbortController()
    this.#pings.set(id, answered)
    const ping = element('ping', { xmlns: XMPP.ping })
    const sent = stream.send(
      element('iq', { xmlns: NS.client, type: 'get', id, from: domain, to: this.full }, ping),
    )
    if (sent) await clock.sleep(CONFIRM_WITHIN_MS, answered.signal)
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
}
