import { randomId } from '../random-id.ts'
import { readBlob } from '../transfers/read-blob.ts'
import { inTransaction, keysUnder } from './indexed-db.ts'
import { type Part, PartDamaged, StorageFull } from './store.ts'

const SMALLEST_PIECE_BYTES = 256 * 1024
const LARGEST_PIECE_BYTES = 4 * 1024 * 1024

/** Under which name the pieces of a part, or of a finished download, lie. */
interface Pointer {
  readonly pieces: string
}

interface Kept extends Pointer {
  readonly size: number
  readonly mediaType: string
}

const partOf = (id: string) => ['part', id]
const keptOf = (id: string) => ['kept', id]

/**
 * The part of a download, in pieces that are Blobs, so that their bytes are on the disk and not in the page. What is
 * less than a piece waits in memory: a crash costs a 64th of what is there, 256 KiB to 4 MiB.
 */
export async function openIndexedDbPart(needs: {
  database: IDBDatabase
  id: string
  /** Throws once nothing is taken any more. */
  whileOpen: () => void
}): Promise<Part> {
  const { database, id, whileOpen } = needs
  const held = await read<Pointer>(database, partOf(id))
  let pieces = held?.pieces ?? randomId()
  let durable = held ? (await blobOf(database, pieces)).size : 0
  // One piece, over and over, so that the page holds no more of a download than that.
  let waiting = new Uint8Array(0)
  let size = durable

  const flush = async () => {
    if (size === durable) return
    const bytes = new Blob([waiting.subarray(0, size - durable)])
    try {
      await inTransaction(database, { shelves: ['entries', 'pieces'], mode: 'write' }, (shelf) => {
        if (durable === 0) shelf('entries').put({ pieces } satisfies Pointer, partOf(id))
        shelf('pieces').put(bytes, [pieces, durable])
      })
      durable += bytes.size
    } catch (cause) {
      size = durable
      if ((cause as DOMException | null)?.name !== 'QuotaExceededError') throw cause
      throw new StorageFull('The browser has no room for more', { cause })
    }
  }
  const forget = async () => {
    size = durable = 0
    await inTransaction(database, { shelves: ['entries', 'pieces'], mode: 'write' }, (shelf) => {
      shelf('entries').delete(partOf(id))
      shelf('pieces').delete(keysUnder(pieces))
    })
    // A finished download may have taken the old ones over.
    pieces = randomId()
  }
  return {
    get size() {
      return size
    },
    get durable() {
      return durable
    },
    async append(bytes) {
      whileOpen()
      for (let taken = 0; taken < bytes.length; ) {
        const target = Math.ceil(Math.min(Math.max(durable / 64, SMALLEST_PIECE_BYTES), LARGEST_PIECE_BYTES))
        if (waiting.length < target) waiting = grown(waiting, target)
        const some = bytes.subarray(taken, taken + target - (size - durable))
        waiting.set(some, size - durable)
        taken += some.length
        size += some.length
        if (size - durable === target) await flush()
      }
    },
    reset: forget,
    async *read(start, stop) {
      if (start === stop) return
      const all = new Blob([await blobOf(database, pieces), waiting.subarray(0, size - durable)])
      try {
        yield* readBlob(all.slice(start, stop))
      } catch (cause) {
        throw new PartDamaged('A piece of the download is lost', { cause })
      }
    },
    async finish({ mediaType }) {
      whileOpen()
      await flush()
      const kept: Kept = { pieces, size, mediaType }
      await dropKept(database, id)
      await inTransaction(database, { shelves: ['entries'], mode: 'write through' }, (shelf) => {
        // The pieces stay where they are: nothing is copied.
        shelf('entries').put(kept, keptOf(id))
        shelf('entries').delete(partOf(id))
      })
      return { size, blob: await blobOf(database, pieces, mediaType) }
    },
    drop: forget,
    close: () => flush().catch(() => {}),
  }
}

/** Twice as long at least: one that grew with each piece would leave every piece to the garbage collector. */
function grown(bytes: Uint8Array<ArrayBuffer>, least: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(least, 2 * bytes.length))
  larger.set(bytes)
  return larger
}

/** The bytes of a finished download; undefined when there is none. */
export async function keptBlob(database: IDBDatabase, id: string): Promise<Blob | undefined> {
  const kept = await read<Kept>(database, keptOf(id))
  if (!kept) return undefined
  const blob = await blobOf(database, kept.pieces, kept.mediaType)
  return blob.size === kept.size ? blob : undefined
}

export async function dropKept(database: IDBDatabase, id: string): Promise<void> {
  const kept = await read<Kept>(database, keptOf(id))
  if (!kept) return
  await inTransaction(database, { shelves: ['entries', 'pieces'], mode: 'write' }, (shelf) => {
    shelf('entries').delete(keptOf(id))
    shelf('pieces').delete(keysUnder(kept.pieces))
  })
}

function read<T>(database: IDBDatabase, key: string[]): Promise<T | undefined> {
  return inTransaction(database, { shelves: ['entries'], mode: 'read' }, (shelf) => shelf('entries').get(key))
}

/** One Blob of all pieces, in their order. It refers to them: no byte is read. */
async function blobOf(database: IDBDatabase, pieces: string, type = ''): Promise<Blob> {
  const all = await inTransaction(database, { shelves: ['pieces'], mode: 'read' }, (shelf) =>
    shelf('pieces').getAll(keysUnder(pieces)),
  )
  return new Blob(all, { type })
}
