import { deleteDatabase, inTransaction, keysUnder, openDatabase, SHELVES } from './indexed-db.ts'
import { IndexedDbFiles } from './indexed-db-files.ts'
import { dropKept, keptBlob, openIndexedDbPart } from './indexed-db-part.ts'
import { keepStorage } from './keep-storage.ts'
import { openMemoryStore } from './memory-store.ts'
import type { AccountStore, StorageTrouble, Store, Table } from './store.ts'

type Report = (trouble: StorageTrouble) => void

const TROUBLES = {
  storage_full: 'The browser has no room for more: it is remembered until the page is closed',
  storage_unavailable: 'The browser gives this page no storage: it is remembered until the page is closed',
} as const

// Of the whole page: what one login remembers, the next one finds.
let inMemory: Store | undefined

/** Opens the account's database, or remembers in memory where there is none. */
export async function openIndexedDbAccount(
  account: string,
  report: Report = () => {},
): Promise<AccountStore> {
  const tell = (code: StorageTrouble['code']) => report({ code, message: TROUBLES[code] })
  const name = `sluice:${account}`
  try {
    return storeIn(await openDatabase(name), { name, tell })
  } catch (error) {
    tell(troubleOf(error))
    inMemory ??= openMemoryStore({ keepsFiles: true })
    return inMemory.open(account)
  }
}

function storeIn(
  database: IDBDatabase,
  { name, tell }: { name: string; tell: (code: StorageTrouble['code']) => void },
): AccountStore {
  /** What could not be written; undefined for what was deleted. */
  const unwritten = new Map<string, { table: Table; key: string; value: unknown }>()
  const files = new IndexedDbFiles(database, (error) => tell(troubleOf(error)))
  let over: 'closed' | 'forgotten' | undefined
  const whileOpen = () => {
    if (over) throw new Error('The store is closed')
  }
  const write = async (table: Table, key: string, value: unknown) => {
    const id = JSON.stringify([table, key])
    try {
      // The table is all there is to tell a run what it has to go on with.
      const mode = table === 'uploads' || table === 'downloads' ? 'write through' : 'write'
      const writing = inTransaction(database, { shelves: ['entries'], mode }, (shelf) => {
        if (value === undefined) shelf('entries').delete([table, key])
        else shelf('entries').put(value, [table, key])
      })
      unwritten.delete(id)
      await writing
    } catch (error) {
      unwritten.set(id, { table, key, value: structuredClone(value) })
      tell(troubleOf(error))
    }
  }
  return {
    isShared: true,
    files,
    async get(table, key) {
      const kept = unwritten.get(JSON.stringify([table, key]))
      if (kept) return kept.value
      return inTransaction(database, { shelves: ['entries'], mode: 'read' }, (shelf) =>
        shelf('entries').get([table, key]),
      )
    },
    async put(table, key, value) {
      whileOpen()
      await write(table, key, value)
    },
    async delete(table, key) {
      whileOpen()
      await write(table, key, undefined)
      if (table === 'uploads') await files.drop(key)
      if (table === 'downloads') await dropKept(database, key)
    },
    async entries(table) {
      const held = new Map<string, unknown>()
      const range = keysUnder(table)
      let keys: IDBRequest<IDBValidKey[]> | undefined
      const values = await inTransaction(database, { shelves: ['entries'], mode: 'read' }, (shelf) => {
        keys = shelf('entries').getAllKeys(range)
        return shelf('entries').getAll(range)
      })
      keys?.result.forEach((key, index) => void held.set((key as [string, string])[1], values[index]))
      for (const each of unwritten.values()) {
        if (each.table !== table) continue
        if (each.value === undefined) held.delete(each.key)
        else held.set(each.key, each.value)
      }
      return [...held]
    },
    async part(id) {
      whileOpen()
      void keepStorage()
      return openIndexedDbPart({ database, id, whileOpen })
    },
    async kept(id) {
      const blob = await keptBlob(database, id)
      return blob && { size: blob.size, blob }
    },
    async forget() {
      over = 'forgotten'
      unwritten.clear()
      files.end()
      await inTransaction(database, { shelves: [...SHELVES], mode: 'write through' }, (shelf) => {
        for (const each of SHELVES) shelf(each).clear()
      })
    },
    async close() {
      const before = over
      over ??= 'closed'
      // What has begun is still written.
      database.close()
      // Not even the name of the account stays.
      if (before === 'forgotten') await deleteDatabase(name)
    },
  }
}

function troubleOf(error: unknown): StorageTrouble['code'] {
  return (error as DOMException | null)?.name === 'QuotaExceededError'
    ? 'storage_full'
    : 'storage_unavailable'
}
