import type { Slot } from '@sluice/protocol'
import type { DeliveryMoves } from './delivery-moves.ts'
import { ownedUpload } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import type { Slots } from './slots.ts'
import type { TransferLimits } from './transfer-limits.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { UploadMoves } from './upload-moves.ts'
import type { Verification } from './verification.ts'

interface Needs {
  readonly ledger: UploadLedger
  readonly moves: UploadMoves
  readonly deliveries: DeliveryMoves
  readonly verification: Verification
  readonly slots: Slots
  readonly limits: TransferLimits
}

/** Goes on with an upload: a fresh slot, at the committed offset. */
export class ResumeUpload {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /**
   * Stops a writer at work after letting it commit what it has, and raises the grant: whoever wrote before gets
   * `overtaken` and does not fight back. An outdated grant is enough to resume. At full length the upload is verified;
   * a withheld message may be sent again. `device` (a full JID) gets the progress from now on. Throws
   * upload-not-found, upload-discarded, upload-expired, hash-mismatch, media-gone.
   */
  async run(request: { principal: Principal; uploadId: string; device?: string | undefined }): Promise<Slot> {
    const { ledger, moves, verification, slots, limits } = this.#needs
    const seen = await ownedUpload(ledger, request.principal, request.uploadId)
    const full = seen.state === 'verifying' || seen.state === 'complete'
    const upload = await moves.run(seen, {
      event: 'resume',
      flush: true,
      newGrant: !full,
      expiresAfterMs: limits.unfinishedExpiryMs,
      progressJid: request.device,
    })
    if (upload.state === 'verifying') void verification.run(upload.id)
    return await slots.of(await this.#release(upload))
  }

  async #release(upload: UploadRecord): Promise<UploadRecord> {
    if (upload.delivery?.state !== 'withheld') return upload
    return await this.#needs.deliveries.run(upload, { type: 'release' })
  }
}
