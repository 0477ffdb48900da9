import { randomUUID } from 'node:crypto'
import { element, encodeRoster, NS, type XmlElement } from '@sluice/protocol'
import { KeyedTurns } from '../transfer/keyed-turns.ts'
import type { Logger } from '../transfer/logger.ts'
import type { ChatNews } from '../transfer/node-signals.ts'
import { bareOf } from './bare-of.ts'
import type { Contact } from './contact.ts'
import type { ContactStore } from './contact-store.ts'
import type { KeptPresence, PresenceStore } from './presence-store.ts'
import { rosterItem } from './roster-item.ts'
import type { Session, Sessions } from './sessions.ts'

interface Needs {
  /** This node. */
  node: string
  contacts: ContactStore
  presences: PresenceStore
  sessions: Sessions
  logger: Pick<Logger, 'error'>
}

type ContactNews = Extract<ChatNews, { kind: 'contact' }>
type PresenceNews = Extract<ChatNews, { kind: 'presence' }>

/**
 * Tells the devices of this node what changed about contacts and presence. What an account's devices are told is looked
 * up in its turn, so that the last they hear is how it stands.
 */
export class TellDevices {
  readonly #needs: Needs
  readonly #turns = new KeyedTurns()
  /** Accounts with the devices that they are yet to hear of: one look at the store is as good as many. */
  readonly #toTell = new Set<string>()
  readonly #atWork = new Set<Promise<void>>()

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** Somebody came, changed or went. */
  presence(news: PresenceNews): void {
    this.#begin(async () => {
      const { contacts, node, sessions } = this.#needs
      const { full, origin } = news
      const bare = bareOf(full)
      const watchers = await contacts.watchers(bare)
      // The devices of its own node have heard it directly.
      for (const account of origin === node ? watchers : [...watchers, bare]) {
        if (sessions.available(account).length > 0) this.#tellSoon(account, full)
      }
    })
  }

  contact(news: ContactNews): void {
    const { account } = news
    if (this.#needs.sessions.of(account).length === 0) return
    this.#inTurn(account, () => this.#tellContact(news))
  }

  /** A device has become available: it gets the presence of whom it may see (RFC 6121 §4.3), and who asks for its own. */
  welcome(session: Session): void {
    this.#inTurn(session.bare, async () => {
      const { contacts, presences, sessions } = this.#needs
      const held = await contacts.list(session.bare)
      const seen = held.filter(({ to }) => to).map(({ jid }) => jid)
      const present = await presences.of([...seen, session.bare])
      if (!sessions.presenceOf(session.full)) return
      for (const { asking } of held) if (asking !== undefined) session.deliver(asking)
      for (const kept of present) {
        if (sessions.find(kept.full) === undefined || bareOf(kept.full) !== session.bare)
          session.deliver(addressed(kept, session.bare))
      }
    })
  }

  /** Resolves when what is at work is done, and what that began. */
  async settled(): Promise<void> {
    while (this.#atWork.size > 0) await Promise.all(this.#atWork)
  }

  #tellSoon(account: string, full: string): void {
    const pair = `${account}/${full}`
    if (this.#toTell.has(pair)) return
    this.#toTell.add(pair)
    this.#inTurn(account, () => {
      this.#toTell.delete(pair)
      return this.#tellPresence(account, full)
    })
  }

  async #tellPresence(account: string, full: string): Promise<void> {
    const kept = await this.#needs.presences.find(full)
    this.#deliver(account, kept ? addressed(kept, account) : goodbye(full, account))
  }

  async #tellContact({ account, jid, presence, push, stanzas }: ContactNews): Promise<void> {
    const { contacts, presences, sessions } = this.#needs
    const contact = await contacts.find(account, jid)
    for (const type of stanzas) {
      const frame = type === 'subscribe' ? contact?.asking : typed(type, jid, account)
      if (frame !== undefined) this.#deliver(account, frame)
    }
    if (push) for (const session of sessions.wishing(account, 'roster')) pushTo(session, contact, jid)
    if (!presence) return
    const present = await presences.of([jid])
    for (const kept of present) {
      this.#deliver(account, presence === 'show' ? addressed(kept, account) : goodbye(kept.full, account))
    }
    // For devices that are on their way out at this very moment.
    if (presence === 'hide') this.#deliver(account, goodbye(jid, account))
  }

  #deliver(account: string, frame: string): void {
    for (const { session } of this.#needs.sessions.available(account)) session.deliver(frame)
  }

  #inTurn(account: string, work: () => Promise<void>): void {
    this.#begin(() => this.#turns.run(account, work))
  }

  #begin(work: () => Promise<void>): void {
    const done: Promise<void> = work()
      .catch((error: unknown) => this.#needs.logger.error({ err: error }, 'devices were not told'))
      .finally(() => this.#atWork.delete(done))
    this.#atWork.add(done)
  }
}

function pushTo(session: Session, contact: Contact | undefined, jid: string): void {
  const item = contact?.listed ? rosterItem(contact) : ({ jid, subscription: 'remove' } as const)
  const attrs = { xmlns: NS.client, type: 'set', id: randomUUID(), to: session.full }
  session.deliver(element('iq', attrs, encodeRoster([item])).toString())
}

function typed(type: string, from: string, to: string): string {
  return element('presence', { xmlns: NS.client, type, from, to }).toString()
}

function goodbye(from: string, to: string): string {
  return typed('unavailable', from, to)
}

function addressed({ frame }: KeptPresence, to: string): string {
  const opening: XmlElement = element('presence', { to })
  return frame.replace(/^<presence/, () => opening.toString().replace(/\/>$/, ''))
}
