import type { FileInput } from '../transfers/file-source.ts'
import { inTransaction } from './indexed-db.ts'
import { keepStorage } from './keep-storage.ts'
import type { GivenFile, UploadFiles } from './store.ts'

const LARGEST_COPY_BYTES = 256 * 1024 * 1024
// Of the room that is left: downloads and the page's own data need some, too.
const LARGEST_SHARE = 0.5

/** Files of uploads in IndexedDB, where a Blob that is put is a copy of its bytes. */
export class IndexedDbFiles implements UploadFiles {
  readonly #database: IDBDatabase
  /** Told when there is no room for a copy after all. */
  readonly #onFailure: (error: unknown) => void
  readonly #keeping = new Map<string, AbortController>()

  constructor(database: IDBDatabase, onFailure: (error: unknown) => void) {
    this.#database = database
    this.#onFailure = onFailure
  }

  async keep(id: string, { blob, handle }: GivenFile): Promise<void> {
    this.#end(id)
    const keeping = new AbortController()
    const { signal } = keeping
    this.#keeping.set(id, keeping)
    void keepStorage()
    try {
      // At once, in case the page dies before there is a copy.
      if (handle) await this.#put(id, handle, signal)
      if (blob && blob.size <= (await largestCopy())) await this.#put(id, blob, signal)
    } catch (error) {
      if (!signal.aborted) this.#onFailure(error)
    }
  }

  async find(id: string): Promise<FileInput | undefined> {
    return inTransaction(this.#database, { shelves: ['files'], mode: 'read' }, (shelf) =>
      shelf('files').get(id),
    )
  }

  async drop(id: string): Promise<void> {
    this.#end(id)
    await inTransaction(this.#database, { shelves: ['files'], mode: 'write' }, (shelf) => {
      shelf('files').delete(id)
    })
  }

  /** Stops all copying. */
  end(): void {
    for (const id of [...this.#keeping.keys()]) this.#end(id)
  }

  #end(id: string): void {
    this.#keeping.get(id)?.abort(new Error('no longer needed'))
    this.#keeping.delete(id)
  }

  async #put(id: string, value: unknown, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await inTransaction(this.#database, { shelves: ['files'], mode: 'write', signal }, (shelf) => {
      shelf('files').put(value, id)
    })
  }
}

async function largestCopy(): Promise<number> {
  // Not there without a secure context: then the browser refuses what is too much.
  const { quota = Number.POSITIVE_INFINITY, usage = 0 } = (await navigator.storage?.estimate()) ?? {}
  return Math.min(LARGEST_COPY_BYTES, (quota - usage) * LARGEST_SHARE)
}
