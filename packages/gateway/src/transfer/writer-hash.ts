import type { ChunkInLine } from './commit-line.ts'
import type { HashShelf } from './hash-shelf.ts'
import type { Logger } from './logger.ts'
import { RunningHash } from './running-hash.ts'
import type { StoredBytes } from './stored-bytes.ts'

/** What the hash must see of the writer that it belongs to. */
export interface HashedWriter {
  readonly uploadId: string
  readonly committed: () => number
  /** Cut, not committed; in order. */
  readonly waiting: () => readonly ChunkInLine[]
  /** Gathered, not cut. */
  readonly pending: () => readonly Uint8Array[]
}

/**
 * Keeps an upload's SHA-256 running beside its writer. When the bytes before the writer's first were taken in by
 * somebody else, it reads them back from the store meanwhile and joins the writer when it has caught up (LEDGER rule 16).
 */
export class WriterHash {
  readonly #writer: HashedWriter
  readonly #shelf: HashShelf
  readonly #stored: StoredBytes
  readonly #logger: Logger
  readonly #over = new AbortController()
  #live: RunningHash | undefined
  #committed: RunningHash | undefined
  #catchingUp: Promise<void> = Promise.resolve()
  #onMove: (() => void) | undefined

  constructor(needs: { shelf: HashShelf; stored: StoredBytes; logger: Logger; writer: HashedWriter }) {
    this.#writer = needs.writer
    this.#shelf = needs.shelf
    this.#stored = needs.stored
    this.#logger = needs.logger
  }

  start(): void {
    const { uploadId, committed } = this.#writer
    const hash = this.#shelf.take(uploadId, committed()) ?? new RunningHash()
    if (hash.offset > 0) this.#committed = hash.copy()
    if (!this.#join(hash)) this.#catchingUp = this.#catchUp(hash)
  }

  update(bytes: Uint8Array): void {
    this.#live?.update(bytes)
  }

  /** This chunk was just cut: everything that was gathered is in it. */
  stamp(chunk: ChunkInLine): void {
    chunk.hash = this.#live?.copy()
  }

  committedTo(chunk: ChunkInLine): void {
    if (chunk.hash) this.#committed = chunk.hash
    this.#onMove?.()
  }

  /** The writer is over: the hash of what it committed goes to the shelf. */
  async end(): Promise<void> {
    this.#over.abort()
    this.#onMove?.()
    await this.#catchingUp
    if (this.#committed) this.#shelf.keep(this.#writer.uploadId, this.#committed)
  }

  async #catchUp(hash: RunningHash): Promise<void> {
    const { uploadId, committed } = this.#writer
    const { signal } = this.#over
    try {
      while (!signal.aborted && !this.#join(hash)) {
        if (hash.offset === committed()) await this.#moved()
        else
          for await (const bytes of this.#stored.read(uploadId, hash.offset, committed(), signal))
            hash.update(bytes)
      }
    } catch (error) {
      if (!signal.aborted) this.#logger.warn({ err: error, uploadId }, 'reading back for the hash failed')
    }
    // Read from committed bytes only, so it is worth keeping whether or not it got far.
    if (!this.#live) this.#shelf.keep(uploadId, hash)
  }

  /** Goes live when everything from the hash's offset on is still in memory. */
  #join(hash: RunningHash): boolean {
    const { committed, waiting, pending } = this.#writer
    const chunks = waiting()
    if (hash.offset !== committed() || chunks.some((chunk) => !chunk.buffers)) return false
    for (const chunk of chunks) {
      for (const buffer of chunk.buffers ?? []) hash.update(buffer)
      chunk.hash = hash.copy()
    }
    for (const buffer of pending()) hash.update(buffer)
    this.#live = hash
    return true
  }

  #moved(): Promise<void> {
    return new Promise((resolve) => {
      this.#onMove = resolve
    })
  }
}
