import type { ClientCore } from './client-core.ts'
import type { Contact } from './contacts/contact.ts'
import type { Contacts } from './contacts/contacts.ts'
import { jidParameter } from './parameters.ts'
import { asTransferError } from './transfers/upload-failure.ts'

const PATIENCE_MS = 60_000

/** The contact list. Everything waits for a connection, 60 s at most, and rejects with TransferError; 401 while not logged in. */
export interface ClientContacts {
  /** By name. Who asks to see our presence is on it too. */
  list(): Promise<Contact[]>
  /**
   * Puts somebody on the list and asks to see their presence; they may see ours once they ask. The same one again:
   * another name.
   */
  add(jid: string, name?: string): Promise<void>
  /** Takes somebody off the list, so that neither sees the other's presence any more. Idempotent. */
  remove(jid: string): Promise<void>
  /** Lets somebody who asks see our presence, and asks to see theirs. */
  accept(jid: string): Promise<void>
  /** Does not let somebody see our presence, or no longer. */
  decline(jid: string): Promise<void>
}

/** The typed face on contacts. */
export function contactsOf(core: ClientCore): ClientContacts {
  const call = async <T>(work: (contacts: Contacts, signal: AbortSignal) => Promise<T>): Promise<T> => {
    const { account } = core
    try {
      return await work(await account.contacts(), AbortSignal.timeout(PATIENCE_MS))
    } catch (error) {
      throw asTransferError(account.endedBy ?? error)
    }
  }
  return {
    list: () => call((contacts, signal) => contacts.list(signal)),
    add: (jid, name) =>
      call((contacts, signal) => contacts.add({ jid: jidParameter(jid, 'jid'), name }, signal)),
    remove: (jid) => call((contacts, signal) => contacts.remove(jidParameter(jid, 'jid'), signal)),
    accept: (jid) => call((contacts, signal) => contacts.accept(jidParameter(jid, 'jid'), signal)),
    decline: (jid) => call((contacts, signal) => contacts.decline(jidParameter(jid, 'jid'), signal)),
  }
}
