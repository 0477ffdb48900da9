const VERSION = 1

/** Small entries; bytes of downloads; copies of files. Apart, so that no entry waits for the writing of bytes. */
export type Shelf = 'entries' | 'pieces' | 'files'

export const SHELVES: readonly Shelf[] = ['entries', 'pieces', 'files']

/** Rejects where the browser gives no storage, as in some private windows. */
export function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, VERSION)
    request.onupgradeneeded = () => {
      for (const shelf of SHELVES) request.result.createObjectStore(shelf)
    }
    request.onsuccess = () => {
      const database = request.result
      // A tab that deletes it, or has a newer version of this code, comes first.
      database.onversionchange = () => database.close()
      resolve(database)
    }
    request.onerror = () => reject(request.error)
  })
}

/** Resolves also when another tab holds it open: then it stays, emptied. */
export function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = request.onerror = request.onblocked = () => resolve()
  })
}

/** Runs requests in one transaction; resolves with the result of the one that `ask` returns once all is written. */
export function inTransaction<T>(
  database: IDBDatabase,
  how: {
    shelves: Shelf[]
    /** Reads only, writes that may be lost with the power, or writes that are on the disk. */
    mode: 'read' | 'write' | 'write through'
    signal?: AbortSignal
  },
  ask: (shelf: (name: Shelf) => IDBObjectStore) => IDBRequest<T> | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const { shelves, mode, signal } = how
    const durability = mode === 'write through' ? 'strict' : 'relaxed'
    const transaction = database.transaction(shelves, mode === 'read' ? 'readonly' : 'readwrite', {
      durability,
    })
    const request = ask((name) => transaction.objectStore(name))
    const abort = () => {
      try {
        transaction.abort()
      } catch {
        // It is being committed.
      }
    }
    signal?.addEventListener('abort', abort)
    const over = (settle: () => void) => () => {
      signal?.removeEventListener('abort', abort)
      settle()
    }
    transaction.oncomplete = over(() => resolve(request?.result as T))
    transaction.onabort = over(() => reject(signal?.aborted ? signal.reason : transaction.error))
  })
}

/** All keys that begin with these parts. */
export function keysUnder(...parts: string[]): IDBKeyRange {
  // An array comes after every number and string.
  return IDBKeyRange.bound(parts, [...parts, []])
}
