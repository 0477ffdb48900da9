import { Refusal } from '@sluice/protocol'
import type { DeliveryMoves } from './delivery-moves.ts'
import { ownedUpload } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import type { UploadLedger } from './upload-ledger.ts'

/** Records that the message of a complete upload is with its server. (I8) */
export class ConfirmSent {
  readonly #ledger: UploadLedger
  readonly #deliveries: DeliveryMoves

  constructor(needs: { ledger: UploadLedger; deliveries: DeliveryMoves }) {
    this.#ledger = needs.ledger
    this.#deliveries = needs.deliveries
  }

  /** Idempotent; taken from any device. Throws upload-incomplete; bad-request when no message belongs to the upload. */
  async run(request: { principal: Principal; uploadId: string; device: string }): Promise<void> {
    const upload = await ownedUpload(this.#ledger, request.principal, request.uploadId)
    // A message may be confirmed after its media was taken back: it was sent all the same.
    if (upload.state !== 'complete' && upload.state !== 'deleted') throw new Refusal('upload-incomplete')
    await this.#deliveries.run(upload, { type: 'sent', device: request.device })
  }
}
