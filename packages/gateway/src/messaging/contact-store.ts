import type { Contact, ContactPair } from './contact.ts'

/** Who knows whom. What both ends hold of one relation changes together, so `to` of one is always `from` of the other. */
export interface ContactStore {
  /** All that an account holds, in order of JID. */
  list(account: string): Promise<Contact[]>
  find(account: string, jid: string): Promise<Contact | undefined>
  /** Bare JIDs of the accounts that are told of this one's presence. */
  watchers(account: string): Promise<string[]>
  /**
   * Replaces a relation by what `change` makes of it, durably once resolved; two changes of one account never overlap.
   * `change` is pure, and what it throws changes nothing and rises. Answers `full` when an end has no room for one more,
   * and `unknown-account` when `account` is none; nothing is changed then.
   */
  change(relation: {
    account: string
    jid: string
    change: (pair: ContactPair) => ContactPair
  }): Promise<'changed' | 'full' | 'unknown-account'>
}
