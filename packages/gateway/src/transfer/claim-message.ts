import { Refusal } from '@sluice/protocol'
import type { DeliveryMoves } from './delivery-moves.ts'
import { ownedUpload, refuseOutdated } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import type { UploadLedger } from './upload-ledger.ts'

/** Leases the sending of a complete upload's message to one device. (I8) */
export class ClaimMessage {
  readonly #ledger: UploadLedger
  readonly #deliveries: DeliveryMoves

  constructor(needs: { ledger: UploadLedger; deliveries: DeliveryMoves }) {
    this.#ledger = needs.ledger
    this.#deliveries = needs.deliveries
  }

  /**
   * `device` (a full JID) has 60 s from now to send it; the same device may claim again. Throws upload-incomplete,
   * claimed-elsewhere, message-withheld, message-sent, media-gone; bad-request when no message belongs to the upload.
   */
  async run(request: { principal: Principal; uploadId: string; device: string }): Promise<void> {
    const { principal, uploadId, device } = request
    const upload = await ownedUpload(this.#ledger, principal, uploadId)
    refuseOutdated(principal, upload)
    if (upload.state === 'deleted') throw new Refusal('media-gone')
    if (upload.state !== 'complete') throw new Refusal('upload-incomplete')
    await this.#deliveries.run(upload, { type: 'claim', device })
  }
}
