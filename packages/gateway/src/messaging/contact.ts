/** How an account holds another bare JID (RFC 6121 §2.1.2, appendix A). */
export interface Contact {
  readonly jid: string
  readonly name?: string | undefined
  readonly groups: readonly string[]
  /** Part of the roster. Who has only asked is not. */
  readonly listed: boolean
  /** The account is told of the contact's presence. */
  readonly to: boolean
  /** The contact is told of the account's presence. */
  readonly from: boolean
  /** The account has asked for the contact's presence, and waits. */
  readonly asked: boolean
  /** The stanza by which the contact asks for the account's presence, until that is answered. */
  readonly asking?: string | undefined
}

/** One relation from both ends. `other` is how the contact holds the account; undefined when it is no account here. */
export interface ContactPair {
  readonly own: Contact
  readonly other: Contact | undefined
}

/** Where every relation begins. */
export function stranger(jid: string): Contact {
  return { jid, groups: [], listed: false, to: false, from: false, asked: false }
}

/** Whether there is nothing to keep. */
export function isStranger({ listed, to, from, asked, asking }: Contact): boolean {
  return !listed && !to && !from && !asked && asking === undefined
}
