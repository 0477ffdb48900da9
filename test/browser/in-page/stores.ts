import { indexedDbStore } from '../../../packages/client/src/persistence/indexed-db-store.ts'
import { memoryStore } from '../../../packages/client/src/persistence/memory-store.ts'
import { describeStore } from '../../../packages/client/src/persistence/store.contract.ts'

describeStore('memory', async () => memoryStore())

async function freshIndexedDb() {
  for (const { name = '' } of await indexedDB.databases()) indexedDB.deleteDatabase(name)
  return indexedDbStore()
}

describeStore('IndexedDB', freshIndexedDb, { isShared: true, keepsFiles: true })
