import { useSyncExternalStore } from 'react'
import type { Client } from '../client.ts'
import type { Contact } from '../contacts/contact.ts'
import { ofClient } from './of-client.ts'
import { Snapshot } from './snapshot.ts'

const NONE: readonly Contact[] = []

const contactsOf = ofClient((client) => {
  let held = NONE
  let account: string | undefined
  return new Snapshot<readonly Contact[]>({
    initial: NONE,
    read: () => held,
    watch(changed) {
      const take = (contacts: readonly Contact[]) => {
        held = contacts
        changed()
      }
      const settle = () => {
        if (client.jid !== account) take(NONE)
        account = client.jid
        // What has changed while nobody watched; from then on changes are told.
        const asked = account
        const keep = (contacts: readonly Contact[]) => asked === client.jid && take(contacts)
        if (client.state === 'online') client.contacts.list().then(keep, () => {})
      }
      const removes = [
        // The list of an account that ends is told once more, since nobody is online to it.
        client.on('contacts', (contacts) => client.jid !== undefined && take(contacts)),
        client.on('state', settle),
      ]
      settle()
      return () => {
        for (const remove of removes) remove()
      }
    },
  })
})

/** The contact list of the account, by name; empty until it is there, and while nobody is logged in. */
export function useContacts(client: Client): readonly Contact[] {
  const { subscribe, get } = contactsOf(client)
  return useSyncExternalStore(subscribe, get, none)
}

function none(): readonly Contact[] {
  return NONE
}
