import type { XmlElement } from '@sluice/protocol'
import { Listeners } from '../src/listeners.ts'
import { logTo } from '../src/log.ts'
import type { IqRequest } from '../src/session/iq-exchange.ts'
import type { Session, SessionState } from '../src/session/session.ts'
import { StanzaRefused } from '../src/session/stanza-refused.ts'
import { Unreachable } from '../src/unreachable.ts'
import { parseXml } from './parse-xml.ts'

const silent = logTo(undefined)

/** A session whose server is the test: it answers requests, and is told what goes out. */
export class ScriptedSession implements Session {
  readonly account = 'alice@example.org'
  readonly device = 'alice@example.org/one'
  readonly domain = 'example.org'
  readonly states = new Listeners<SessionState>(silent)
  readonly stanzas = new Listeners<XmlElement>(silent)
  state: SessionState = 'online'
  /** Everything but requests, in order. */
  readonly sent: XmlElement[] = []
  readonly asked: IqRequest[] = []
  /** Answers a request with what it gives, or refuses it by what it throws. */
  answer: (request: IqRequest) => XmlElement | undefined | Promise<XmlElement | undefined> = () =>
    refuse('service-unavailable')
  /** Called with each stanza that goes out. */
  onSent: (stanza: XmlElement) => void = () => {}

  async online(): Promise<void> {
    if (this.state === 'online') return
    await new Promise<void>((resolve) => this.states.add((state) => state === 'online' && resolve()))
  }

  async request(request: IqRequest): Promise<XmlElement | undefined> {
    if (this.state !== 'online') throw new Unreachable('Not connected')
    this.asked.push(request)
    return this.answer(request)
  }

  async deliver(stanza: XmlElement): Promise<void> {
    await this.send(stanza)
  }

  async send(stanza: XmlElement): Promise<void> {
    if (this.state !== 'online') throw new Unreachable('Not connected')
    this.sent.push(stanza)
    this.onSent(stanza)
  }

  /** Stanzas as they come over the wire. */
  receive(...texts: string[]): void {
    for (const text of texts) this.stanzas.emit(parseXml(text))
  }

  become(state: SessionState): void {
    this.state = state
    this.states.emit(state)
  }
}

/** Throws what a server says no with. */
export function refuse(condition: string, type = 'cancel'): never {
  throw new StanzaRefused({ condition, type, details: {} })
}
