import { Refusal } from '@sluice/protocol'
import type { HashShelf } from './hash-shelf.ts'
import type { Logger } from './logger.ts'
import { RunningHash } from './running-hash.ts'
import type { StoredBytes } from './stored-bytes.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { UploadMoves } from './upload-moves.ts'

/**
 * Decides uploads in `verifying` (I7): compares the SHA-256 of the bytes with the one that was offered. The hash comes
 * from the writer that took the last byte; what it lacks is read back from the store. One run per upload at a time.
 */
export class Verification {
  readonly #needs: {
    ledger: UploadLedger
    shelf: HashShelf
    stored: StoredBytes
    moves: UploadMoves
    logger: Logger
  }
  readonly #running = new Map<string, Promise<void>>()
  readonly #over = new AbortController()

  constructor(needs: {
    ledger: UploadLedger
    shelf: HashShelf
    stored: StoredBytes
    moves: UploadMoves
    logger: Logger
  }) {
    this.#needs = needs
  }

  /** Begins, or joins the run under way. Never rejects: what fails stays `verifying`, and recovery finds it again. */
  run(uploadId: string): Promise<void> {
    const running = this.#running.get(uploadId)
    if (running) return running
    const run = this.#verify(uploadId)
      .catch((error: unknown) => {
        if (this.#over.signal.aborted) return
        this.#needs.logger.error({ err: error, uploadId }, 'verifying failed, it will be tried again')
      })
      .finally(() => this.#running.delete(uploadId))
    this.#running.set(uploadId, run)
    return run
  }

  /** Lets go of what is under way. */
  close(): void {
    this.#over.abort()
  }

  async #verify(uploadId: string): Promise<void> {
    const { ledger, moves, shelf } = this.#needs
    const upload = await ledger.find(uploadId)
    // Without the hash that the client still owes there is nothing to compare with.
    if (upload?.state !== 'verifying' || upload.sha256 === undefined) return
    const right = (await this.#digest(upload)) === upload.sha256
    try {
      if (right) await moves.run(upload, { event: 'verified' })
      else await moves.run(upload, { event: 'mismatch', endedReason: 'hash-mismatch' })
    } catch (error) {
      // Another node decided first, or the owner discarded it.
      if (!(error instanceof Refusal)) throw error
    }
    shelf.forget(uploadId)
  }

  async #digest({ id, size }: UploadRecord): Promise<string> {
    const { shelf, stored } = this.#needs
    const hash = shelf.take(id, size) ?? new RunningHash()
    try {
      for await (const bytes of stored.read(id, hash.offset, size, this.#over.signal)) hash.update(bytes)
      return hash.digest()
    } finally {
      shelf.keep(id, hash)
    }
  }
}
