import { type Contact, isStranger, stranger } from '../../src/messaging/contact.ts'
import type { ContactStore } from '../../src/messaging/contact-store.ts'

/** Contacts for tests. `knows` says who has an account. */
export class MemoryContactStore implements ContactStore {
  readonly #knows: (jid: string) => boolean
  readonly #maxContacts: number
  readonly #held = new Map<string, Map<string, Contact>>()

  constructor({ knows, maxContacts = 1000 }: { knows: (jid: string) => boolean; maxContacts?: number }) {
    this.#knows = knows
    this.#maxContacts = maxContacts
  }

  async list(account: string): Promise<Contact[]> {
    const contacts = [...this.#of(account).values()]
    return contacts.toSorted((one, other) => (one.jid < other.jid ? -1 : 1))
  }

  async find(account: string, jid: string): Promise<Contact | undefined> {
    return this.#of(account).get(jid)
  }

  async watchers(account: string): Promise<string[]> {
    return (await this.list(account)).filter(({ from }) => from).map(({ jid }) => jid)
  }

  async change({
    account,
    jid,
    change,
  }: Parameters<ContactStore['change']>[0]): ReturnType<ContactStore['change']> {
    if (!this.#knows(account)) return 'unknown-account'
    const other = this.#knows(jid) ? (this.#of(jid).get(account) ?? stranger(account)) : undefined
    const after = change({ own: this.#of(account).get(jid) ?? stranger(jid), other })
    const ends = [[account, after.own] as const, ...(after.other ? [[jid, after.other] as const] : [])]
    if (ends.some(([by, contact]) => !this.#fits(by, contact))) return 'full'
    for (const [by, contact] of ends) {
      if (isStranger(contact)) this.#of(by).delete(contact.jid)
      else this.#of(by).set(contact.jid, tidy(contact))
    }
    return 'changed'
  }

  forget(account: string): void {
    this.#held.delete(account)
    for (const contacts of this.#held.values()) {
      const contact = contacts.get(account)
      if (contact?.listed) {
        const { groups, name } = contact
        contacts.set(account, tidy({ ...stranger(account), groups, name, listed: true }))
      } else contacts.delete(account)
    }
  }

  #fits(account: string, contact: Contact): boolean {
    const held = this.#of(account)
    return isStranger(contact) || held.has(contact.jid) || held.size < this.#maxContacts
  }

  #of(account: string): Map<string, Contact> {
    const contacts = this.#held.get(account) ?? new Map<string, Contact>()
    this.#held.set(account, contacts)
    return contacts
  }
}

function tidy({ asking, name, ...contact }: Contact): Contact {
  return {
    ...contact,
    ...(name !== undefined && { name }),
    ...(asking !== undefined && { asking }),
  }
}
