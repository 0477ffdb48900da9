import type { Contact } from '@sluice/client'

/** What a person is called here: as the contact is named, else the part of the address before the @. */
export function nameOf(contacts: readonly Contact[], jid: string): string {
  return contacts.find((contact) => contact.jid === jid)?.name || localPart(jid)
}

export function localPart(jid: string): string {
  return jid.split('@', 1)[0] || jid
}
