import type { BlobStore } from './blob-store.ts'
import { DueBatches } from './due-batches.ts'
import type { Logger } from './logger.ts'
import type { DueSweep, UploadLedger } from './upload-ledger.ts'

const KEYS_AT_ONCE = 1_000

/** Removes objects that no upload needs any more: of ended uploads all, of complete ones those never committed. (I6) */
export class SweepUploads {
  readonly #ledger: UploadLedger
  readonly #store: BlobStore
  readonly #logger: Logger
  readonly #due: DueBatches<DueSweep>

  constructor(needs: { ledger: UploadLedger; store: BlobStore; logger: Logger }) {
    this.#ledger = needs.ledger
    this.#store = needs.store
    this.#logger = needs.logger
    this.#due = new DueBatches((limit, but) => needs.ledger.dueSweeps(limit, but))
  }

  /** One batch, to be called every now and then. What fails stays due. */
  async run(): Promise<{ swept: number; removed: number; failed: number }> {
    let removed = 0
    const { settled, failed } = await this.#due.run(async (sweep) => {
      try {
        removed += await this.#sweep(sweep)
        return true
      } catch (error) {
        this.#logger.warn({ err: error, uploadId: sweep.id }, 'a sweep failed, it stays due')
        return false
      }
    })
    return { swept: settled, removed, failed }
  }

  async #sweep(sweep: DueSweep): Promise<number> {
    const { id, state } = sweep
    let removed = state === 'complete' ? 0 : await this.#remove(await this.#ledger.chunkKeys(id))
    let listed: string[] = []
    for await (const { key } of this.#store.list(`${id}/`)) {
      listed.push(key)
      if (listed.length < KEYS_AT_ONCE) continue
      removed += await this.#removeUnknown(listed)
      listed = []
    }
    removed += await this.#removeUnknown(listed)
    await this.#ledger.swept(sweep)
    this.#logger.info({ uploadId: id, state, removed }, 'upload swept')
    return removed
  }

  /** Looked up among all uploads' chunks: concatenation moves them, their keys stay (LEDGER rule 8). */
  async #removeUnknown(keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0
    const known = await this.#ledger.known(keys)
    return await this.#remove(keys.filter((key) => !known.has(key)))
  }

  async #remove(keys: readonly string[]): Promise<number> {
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      await this.#store.remove(keys.slice(at, at + KEYS_AT_ONCE))
    }
    return keys.length
  }
}
