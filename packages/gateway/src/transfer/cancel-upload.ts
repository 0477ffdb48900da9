import { Refusal, type UploadStatus } from '@sluice/protocol'
import type { DeliveryMoves } from './delivery-moves.ts'
import { ownedUpload } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import { statusOf } from './status-of.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { UploadMoves } from './upload-moves.ts'

/** Stops an upload wherever its writer runs, keeping its bytes. */
export class CancelUpload {
  readonly #ledger: UploadLedger
  readonly #moves: UploadMoves
  readonly #deliveries: DeliveryMoves

  constructor(needs: { ledger: UploadLedger; moves: UploadMoves; deliveries: DeliveryMoves }) {
    this.#ledger = needs.ledger
    this.#moves = needs.moves
    this.#deliveries = needs.deliveries
  }

  /**
   * Once answered, nothing more is committed until a resume (I4): the grant is raised, so tokens given before no longer
   * write. An outdated grant is enough to cancel. Of an upload that is full already, the message is withheld
   * instead (LEDGER rule 7). Idempotent. Throws upload-complete when the message is on its way or none belongs to
   * it, upload-not-found, upload-discarded, upload-expired, hash-mismatch, media-gone.
   */
  async run({ principal, uploadId }: { principal: Principal; uploadId: string }): Promise<UploadStatus> {
    const upload = await ownedUpload(this.#ledger, principal, uploadId)
    if (upload.state === 'cancelled') return statusOf(upload)
    try {
      return statusOf(await this.#moves.run(upload, { event: 'cancel', flush: true, newGrant: true }))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'upload-complete') throw error
      return await this.#withhold(await ownedUpload(this.#ledger, principal, uploadId), error)
    }
  }

  async #withhold(upload: UploadRecord, complete: Refusal): Promise<UploadStatus> {
    if (!upload.delivery) throw complete
    return statusOf(await this.#deliveries.run(upload, { type: 'withhold' }))
  }
}
