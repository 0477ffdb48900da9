import { DueBatches } from './due-batches.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { Verification } from './verification.ts'

/** Goes on with uploads that a crash, or an outage of the store, left in `verifying`. */
export class RecoverUploads {
  readonly #ledger: UploadLedger
  readonly #verification: Verification
  readonly #verifying: DueBatches<UploadRecord>

  constructor(needs: { node: string; ledger: UploadLedger; verification: Verification }) {
    this.#ledger = needs.ledger
    this.#verification = needs.verification
    this.#verifying = new DueBatches((limit, but) => needs.ledger.verifying(needs.node, limit, but))
  }

  /** One batch, to be called at start and every now and then. */
  run(): Promise<{ settled: number; failed: number }> {
    return this.#verifying.run(async ({ id }) => {
      await this.#verification.run(id)
      return (await this.#ledger.find(id))?.state !== 'verifying'
    })
  }
}
