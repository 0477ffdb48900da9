import { decodeStanzaError, element, NS, Refusal, type XmlElement } from '@sluice/protocol'
import { type Clock, sleep } from '../clock.ts'
import { randomId } from '../random-id.ts'
import { Unreachable } from '../unreachable.ts'
import type { Connection } from './connection.ts'
import { StanzaRefused } from './stanza-refused.ts'

export const PING = 'urn:xmpp:ping'
const ANSWER_MS = 10_000
const ATTEMPTS = 3

export interface IqRequest {
  readonly type: 'get' | 'set'
  /** The peer; absent: one's own account. */
  readonly to?: string | undefined
  readonly payload: XmlElement
  readonly signal?: AbortSignal | undefined
  /** How often it is sent before nobody is thought to be there, 10 s each; 3 by default. */
  readonly attempts?: number | undefined
}

interface Waiting {
  readonly to: string | undefined
  settle(stanza: XmlElement): void
  fail(error: Error): void
}

/**
 * The requests of one stream, and the answers to those that come in. An answer counts only from the peer that was asked: ids can be guessed
 * (RFC 6120 §8.1.2.1, and CVE-2014-5075's kind).
 */
export class IqExchange {
  readonly #connection: Connection
  readonly #clock: Clock
  /** JIDs that a stanza without `from`, or from one of these, may come from: our own server. */
  readonly #own: ReadonlySet<string | undefined>
  readonly #waiting = new Map<string, Waiting>()
  #closed = false

  constructor(needs: { connection: Connection; clock: Clock; account: string; domain: string }) {
    this.#connection = needs.connection
    this.#clock = needs.clock
    this.#own = new Set([undefined, needs.account, needs.domain, needs.connection.jid])
    needs.connection.onStanza((stanza) => this.#receive(stanza))
    needs.connection.onClose(() => this.#close())
  }

  /**
   * Resolves with the payload of the result, if it has one. Without an answer in 10 s the same stanza goes out
   * again under the same id. Rejects with Refusal, StanzaRefused, Unreachable, or the signal's reason.
   */
  async request({
    type,
    to,
    payload,
    signal,
    attempts = ATTEMPTS,
  }: IqRequest): Promise<XmlElement | undefined> {
    signal?.throwIfAborted()
    if (this.#closed) throw new Unreachable('The stream is closed')
    const id = randomId()
    const over = new AbortController()
    const answer = new Promise<XmlElement>((settle, fail) => {
      this.#waiting.set(id, { to, settle, fail })
      signal?.addEventListener('abort', () => fail(signal.reason), { signal: over.signal })
    })
    const sending = this.#sendRepeatedly(element('iq', { type, to, id }, payload), attempts, over.signal)
    try {
      return payloadOf(await Promise.race([answer, sending]))
    } finally {
      this.#waiting.delete(id)
      over.abort()
    }
  }

  /** Never resolves: rejects when the attempts are used up or the stream does not take the stanza. */
  async #sendRepeatedly(stanza: XmlElement, attempts: number, over: AbortSignal): Promise<never> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      await this.#connection.send(stanza).catch((cause) => {
        throw new Unreachable('The stream is closed', { cause })
      })
      await sleep(this.#clock, ANSWER_MS, over)
    }
    throw new Unreachable('Nobody answered')
  }

  #receive(stanza: XmlElement): void {
    const { id, from, type } = stanza.attrs
    if (!stanza.is('iq') || id === undefined) return
    if (type === 'get' || type === 'set') this.#answer(stanza)
    const waiting = type === 'result' || type === 'error' ? this.#waiting.get(id) : undefined
    if (!waiting) return
    const fromWhoWasAsked = from === waiting.to || (this.#own.has(waiting.to) && this.#own.has(from))
    if (fromWhoWasAsked) waiting.settle(stanza)
  }

  /** RFC 6120 §8.2.3: each request is answered; a server may wait for it, as with a ping behind offline messages. */
  #answer(request: XmlElement): void {
    const { id, from: to } = request.attrs
    const isServed = request.getChild('ping', PING) ?? request.getChild('query', NS.roster)
    const error = element('error', { type: 'cancel' }, element('service-unavailable', { xmlns: NS.stanzas }))
    const answer = isServed
      ? element('iq', { type: 'result', id, to })
      : element('iq', { type: 'error', id, to }, error)
    this.#connection.send(answer).catch(() => {}) // A stream that died already: see #close.
  }

  #close(): void {
    this.#closed = true
    for (const { fail } of this.#waiting.values()) fail(new Unreachable('The stream was closed'))
    this.#waiting.clear()
  }
}

function payloadOf(answer: XmlElement): XmlElement | undefined {
  if (answer.attrs.type === 'result') return answer.getChildElements()[0]
  const given = answer.getChild('error')
  if (!given) throw new StanzaRefused({ condition: 'undefined-condition', type: 'cancel', details: {} })
  const error = decodeStanzaError(given)
  throw error.code ? new Refusal(error.code, error.details) : new StanzaRefused(error)
}
