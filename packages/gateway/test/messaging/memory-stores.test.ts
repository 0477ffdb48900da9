import { describeAccountStore, newAccount } from '../../src/messaging/account-store.contract.ts'
import { describeArchiveStore } from '../../src/messaging/archive-store.contract.ts'
import { describeContactStore } from '../../src/messaging/contact-store.contract.ts'
import { describeLinkLease } from '../../src/messaging/link-lease.contract.ts'
import { describeOfflineStore } from '../../src/messaging/offline-store.contract.ts'
import { describePresenceStore } from '../../src/messaging/presence-store.contract.ts'
import { SystemClock } from '../../src/operations/system-clock.ts'
import { MemoryAccountStore } from './memory-account-store.ts'
import { MemoryArchiveStore } from './memory-archive-store.ts'
import { MemoryContactStore } from './memory-contact-store.ts'
import { MemoryLinkLease } from './memory-link-lease.ts'
import { MemoryOfflineStore } from './memory-offline-store.ts'
import { MemoryPresenceStore } from './memory-presence-store.ts'

const tearDown = async () => {}

describeAccountStore('the memory of tests', async () => ({ store: new MemoryAccountStore(), tearDown }))

describeLinkLease('the memory of tests', async () => ({
  lease: new MemoryLinkLease({ clock: new SystemClock() }),
  tearDown,
}))

describeOfflineStore('the memory of tests', async () => {
  const accounts = new MemoryAccountStore({ onRemove: (jid) => store.forget(jid) })
  const knows = (jid: string) => accounts.has(jid)
  const store = new MemoryOfflineStore({ knows, maxMessages: 5 })
  return {
    store,
    addAccount: async (jid) => void (await accounts.create(newAccount(jid), { reuseRemoved: true })),
    removeAccount: async (jid) => void (await accounts.remove(jid)),
    tearDown,
  }
})

describeContactStore('the memory of tests', async () => {
  const accounts = new MemoryAccountStore({ onRemove: (jid) => store.forget(jid) })
  const store = new MemoryContactStore({ knows: (jid) => accounts.has(jid), maxContacts: 5 })
  return {
    store,
    addAccount: async (jid) => void (await accounts.create(newAccount(jid), { reuseRemoved: true })),
    removeAccount: async (jid) => void (await accounts.remove(jid)),
    tearDown,
  }
})

describePresenceStore('the memory of tests', async () => {
  const store = new MemoryPresenceStore()
  return { store, beat: tearDown, kill: async (node) => void store.gone.add(node), tearDown }
})

describeArchiveStore('the memory of tests', async () => {
  const accounts = new MemoryAccountStore({ onRemove: (jid) => store.removeAll(jid) })
  const knows = (jid: string) => accounts.has(jid)
  const contacts = new MemoryContactStore({ knows })
  const store = new MemoryArchiveStore({ knows, contacts, maxMessages: 20, maxBytes: 100_000 })
  return {
    store,
    contacts,
    addAccount: async (jid) => void (await accounts.create(newAccount(jid), { reuseRemoved: true })),
    removeAccount: async (jid) => void (await accounts.remove(jid)),
    tearDown,
  }
})
