import { DueBatches } from './due-batches.ts'
import type { Logger } from './logger.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { UploadMoves } from './upload-moves.ts'

/** Ends unfinished uploads that nobody went on with in time. */
export class ExpireUploads {
  readonly #moves: UploadMoves
  readonly #logger: Logger
  readonly #expired: DueBatches<UploadRecord>

  constructor(needs: { ledger: UploadLedger; moves: UploadMoves; logger: Logger }) {
    this.#moves = needs.moves
    this.#logger = needs.logger
    this.#expired = new DueBatches((limit, but) => needs.ledger.expired(limit, but))
  }

  /** One batch, to be called every now and then. `failed` counts those that somebody went on with meanwhile, too. */
  async run(): Promise<{ expired: number; failed: number }> {
    const { settled, failed } = await this.#expired.run(async (upload) => {
      try {
        await this.#moves.run(upload, { event: 'expire' })
        return true
      } catch (error) {
        this.#logger.warn({ err: error, uploadId: upload.id }, 'an upload did not expire')
        return false
      }
    })
    return { expired: settled, failed }
  }
}
