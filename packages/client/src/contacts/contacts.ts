import { decodeRoster, element, encodeRoster, NS, type RosterItem, type XmlElement } from '@sluice/protocol'
import type { Listeners } from '../listeners.ts'
import type { Log } from '../log.ts'
import { bareJid } from '../messages/message.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Session } from '../session/session.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { type Contact, contactsOf } from './contact.ts'
import type { EarlyPresences } from './early-presences.ts'

interface Needs {
  readonly session: Session
  readonly rooms: Rooms
  readonly early: EarlyPresences
  /** Told of the whole list when anything in it has changed. */
  readonly changes: Listeners<readonly Contact[]>
  readonly log: Log
}

/**
 * The contact list of the account (RFC 6121 §2, §3), as its server keeps it; read anew on each stream, since a server
 * pushes changes only to who has asked. Everything rejects with Unreachable, StanzaRefused, or the signal's reason.
 */
export class Contacts {
  readonly #needs: Needs
  #items: ReadonlyMap<string, RosterItem> = new Map()
  readonly #asking = new Set<string>()
  /** The resources that are there, by bare JID. */
  readonly #online = new Map<string, Set<string>>()
  #reading: Promise<void> | undefined
  #told = ''

  constructor(needs: Needs) {
    this.#needs = needs
    needs.session.states.add((state) => this.#renew(state === 'online'))
    needs.session.stanzas.add((stanza) => this.#receivePush(stanza))
    needs.early.handTo((presence) => this.#receivePresence(presence))
    if (needs.session.state === 'online') this.#renew(true)
  }

  async list(signal: AbortSignal): Promise<Contact[]> {
    await this.#read(signal)
    return this.#contacts()
  }

  /** Puts somebody on the list, under this name if one is given, and asks to see their presence. Idempotent. */
  async add({ jid, name }: { jid: string; name?: string | undefined }, signal: AbortSignal): Promise<void> {
    await this.#read(signal)
    const held = this.#items.get(jid)
    // RFC 6121 §2.3.3: what is left out of a change is taken away.
    await this.#change(
      { jid, name: name?.trim().replace(/\s+/g, ' ') ?? held?.name, groups: held?.groups },
      signal,
    )
    await this.#askFor(jid, signal)
  }

  /** Takes somebody off the list; neither sees the other's presence any more. Idempotent. */
  async remove(jid: string, signal: AbortSignal): Promise<void> {
    await this.#read(signal)
    if (this.#asking.has(jid)) await this.decline(jid, signal)
    if (!this.#items.has(jid)) return
    try {
      await this.#change({ jid, subscription: 'remove' }, signal)
    } catch (error) {
      // RFC 6121 §2.5.3: another device was faster.
      if (!(error instanceof StanzaRefused) || error.condition !== 'item-not-found') throw error
    }
  }

  /** Lets somebody see our presence, and asks to see theirs. */
  async accept(jid: string, signal: AbortSignal): Promise<void> {
    await this.#read(signal)
    await this.#tell(jid, 'subscribed', signal)
    await this.#askFor(jid, signal)
  }

  /** Does not let somebody see our presence. */
  async decline(jid: string, signal: AbortSignal): Promise<void> {
    await this.#needs.session.online(signal)
    await this.#tell(jid, 'unsubscribed', signal)
  }

  async #askFor(jid: string, signal: AbortSignal): Promise<void> {
    const { subscription = 'none' } = this.#items.get(jid) ?? {}
    if (subscription === 'none' || subscription === 'from') await this.#tell(jid, 'subscribe', signal)
  }

  async #tell(
    to: string,
    type: 'subscribe' | 'subscribed' | 'unsubscribed',
    signal: AbortSignal,
  ): Promise<void> {
    await this.#needs.session.deliver(element('presence', { to, type }), signal)
    if (type !== 'subscribe' && this.#asking.delete(to)) this.#tellChanges()
  }

  async #change(item: RosterItem, signal: AbortSignal): Promise<void> {
    await this.#needs.session.request({ type: 'set', payload: encodeRoster([item]), signal })
  }

  /** Of a new stream everything is said anew; without one nobody is there. */
  #renew(isOnline: boolean): void {
    this.#reading = undefined
    if (isOnline) {
      this.#readOnce().catch((error: unknown) =>
        this.#needs.log('warn', 'the contact list was not read', { error }),
      )
      return
    }
    this.#online.clear()
    this.#asking.clear()
    this.#tellChanges()
  }

  async #read(signal: AbortSignal): Promise<void> {
    await this.#needs.session.online(signal)
    await this.#readOnce()
  }

  #readOnce(): Promise<void> {
    const reading = this.#reading ?? this.#request()
    this.#reading = reading
    reading.catch(() => {
      if (this.#reading === reading) this.#reading = undefined
    })
    return reading
  }

  async #request(): Promise<void> {
    const query = await this.#needs.session.request({ type: 'get', payload: encodeRoster([]) })
    this.#items = new Map(query && decodeRoster(query).map((item) => [item.jid, item]))
    this.#settleRequests()
    this.#tellChanges()
  }

  /** RFC 6121 §2.1.6: only one's own server may change the list. */
  #receivePush(stanza: XmlElement): void {
    const { type, from = this.#needs.session.account } = stanza.attrs
    const query = stanza.getChild('query', NS.roster)
    if (!stanza.is('iq') || type !== 'set' || !query || from !== this.#needs.session.account) return
    const items = new Map(this.#items)
    for (const item of decodeRoster(query)) {
      if (item.subscription === 'remove') items.delete(item.jid)
      else items.set(item.jid, item)
    }
    this.#items = items
    this.#settleRequests()
    this.#tellChanges()
  }

  /** Another device may have given the answer; and whom we have asked ourselves may see us too. */
  #settleRequests(): void {
    for (const jid of this.#asking) {
      const { subscription, pending } = this.#items.get(jid) ?? {}
      if (subscription === 'from' || subscription === 'both') this.#asking.delete(jid)
      else if (subscription === 'to' || pending) this.#consent(jid)
    }
  }

  #consent(jid: string): void {
    this.#asking.delete(jid)
    this.#needs.session.send(element('presence', { to: jid, type: 'subscribed' })).catch((error: unknown) => {
      this.#needs.log('debug', 'a request is answered on the next stream', { error })
    })
  }

  #receivePresence({ attrs: { from = '', type } }: XmlElement): void {
    const jid = bareJid(from)
    if (jid === '' || this.#needs.rooms.holds(jid)) return
    if (type === undefined) this.#online.set(jid, (this.#online.get(jid) ?? new Set()).add(from))
    else if (type === 'unavailable') this.#goneOffline(jid, from)
    else if (type === 'subscribe') this.#receiveRequest(jid)
    else if (type === 'unsubscribe') this.#asking.delete(jid)
    else return
    this.#tellChanges()
  }

  #receiveRequest(jid: string): void {
    this.#asking.add(jid)
    this.#settleRequests()
  }

  #goneOffline(jid: string, from: string): void {
    const there = this.#online.get(jid)
    there?.delete(from)
    // RFC 6121 §4.5.2: from the bare JID when all of them are gone.
    if (from === jid || there?.size === 0) this.#online.delete(jid)
  }

  #contacts(): Contact[] {
    return contactsOf({ items: this.#items, asking: this.#asking, online: this.#online })
  }

  #tellChanges(): void {
    const contacts = this.#contacts()
    const told = JSON.stringify(contacts)
    if (told === this.#told) return
    this.#told = told
    this.#needs.changes.emit(contacts)
  }
}
