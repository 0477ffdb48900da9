import type { FileInput } from '../transfers/file-source.ts'
import type { AccountStore, KeptFile, Part, Store, Table, UploadFiles } from './store.ts'
import { StoreBusy } from './store.ts'

/** A store that lives as long as the object: for tests and for pages that may keep nothing. */
export function memoryStore(): Store {
  return openMemoryStore({})
}

interface Abilities {
  readonly isShared?: boolean
  /** Files of uploads, by reference. */
  readonly keepsFiles?: boolean
}

/** A memory store that can more, where it stands in for one that does. */
export function openMemoryStore({ isShared = false, keepsFiles = false }: Abilities): Store {
  const accounts = new Map<string, MemoryAccount>()
  const open = new Set<string>()
  return {
    async open(account) {
      if (!isShared && open.has(account)) throw new StoreBusy(`The store of ${account} is in use`)
      open.add(account)
      const held = accounts.get(account) ?? new MemoryAccount()
      accounts.set(account, held)
      const session = held.session(() => open.delete(account))
      return { ...session, isShared, ...(keepsFiles && { files: held.files }) }
    },
  }
}

class MemoryAccount {
  readonly #tables = new Map<Table, Map<string, string>>()
  readonly #parts = new Map<string, Uint8Array[]>()
  readonly #kept = new Map<string, Blob>()
  readonly #files = new Map<string, FileInput>()
  readonly files: UploadFiles = {
    keep: async (id, { blob, handle }) => {
      const held = blob ?? handle
      if (held) this.#files.set(id, held)
    },
    find: async (id) => this.#files.get(id),
    drop: async (id) => void this.#files.delete(id),
  }

  session(release: () => void): AccountStore {
    let over = false
    const whileOpen = () => {
      if (over) throw new Error('The store is closed')
    }
    return {
      get: async (table, key) => parsed(this.#table(table).get(key)),
      // A copy, as a durable store would give: nobody changes an entry by changing what they put.
      put: async (table, key, value) => {
        whileOpen()
        this.#table(table).set(key, JSON.stringify(value))
      },
      delete: async (table, key) => {
        whileOpen()
        this.#table(table).delete(key)
        if (table === 'downloads') this.#kept.delete(key)
        if (table === 'uploads') this.#files.delete(key)
      },
      entries: async (table) => [...this.#table(table)].map(([key, text]) => [key, parsed(text)]),
      part: async (id) => {
        whileOpen()
        return this.#part(id, whileOpen)
      },
      kept: async (id) => keptFile(this.#kept.get(id)),
      forget: async () => {
        over = true
        for (const map of [this.#tables, this.#parts, this.#kept, this.#files]) map.clear()
      },
      close: async () => {
        over = true
        release()
      },
    }
  }

  #table(table: Table): Map<string, string> {
    const held = this.#tables.get(table) ?? new Map<string, string>()
    this.#tables.set(table, held)
    return held
  }

  #part(id: string, whileOpen: () => void): Part {
    const chunks = this.#parts.get(id) ?? []
    this.#parts.set(id, chunks)
    const kept = this.#kept
    const drop = () => void this.#parts.delete(id)
    const size = () => chunks.reduce((size, chunk) => size + chunk.length, 0)
    return {
      get size() {
        return size()
      },
      get durable() {
        return size()
      },
      append: async (bytes) => void chunks.push(Uint8Array.from(bytes)),
      reset: async () => void chunks.splice(0),
      read: (start, stop) => slices(chunks, start, stop),
      finish: async ({ mediaType }) => {
        whileOpen()
        const blob = new Blob(chunks as BlobPart[], { type: mediaType })
        kept.set(id, blob)
        drop()
        return { size: blob.size, blob }
      },
      drop: async () => drop(),
      close: async () => {},
    }
  }
}

async function* slices(chunks: Uint8Array[], start: number, stop: number): AsyncGenerator<Uint8Array> {
  let offset = 0
  for (const chunk of chunks) {
    const from = Math.max(start - offset, 0)
    const to = Math.min(stop - offset, chunk.length)
    if (from < to) yield chunk.slice(from, to)
    offset += chunk.length
  }
}

function keptFile(blob: Blob | undefined): KeptFile | undefined {
  return blob && { size: blob.size, blob }
}

function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text)
}
