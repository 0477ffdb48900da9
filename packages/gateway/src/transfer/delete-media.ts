import { Refusal } from '@sluice/protocol'
import { ownedUpload, refuseGrant } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import type { UploadLedger } from './upload-ledger.ts'
import type { UploadMoves } from './upload-moves.ts'

/** Takes a complete media back: its link answers that it is gone, its bytes leave the store. (I5, I6) */
export class DeleteMedia {
  readonly #ledger: UploadLedger
  readonly #moves: UploadMoves

  constructor(needs: { ledger: UploadLedger; moves: UploadMoves }) {
    this.#ledger = needs.ledger
    this.#moves = needs.moves
  }

  /** Idempotent. Throws media-not-found (also another owner's), upload-incomplete; forbidden with a slot's token. */
  async run({ principal, mediaId }: { principal: Principal; mediaId: string }): Promise<void> {
    refuseGrant(principal)
    const upload = await this.#ledger.findByMedia(mediaId)
    if (upload?.owner !== principal.owner) throw new Refusal('media-not-found')
    await this.#moves.run(upload, { event: 'delete' })
  }

  /** The same by the id of its upload. Throws as {@link run}, but upload-not-found. */
  async ofUpload({ principal, uploadId }: { principal: Principal; uploadId: string }): Promise<void> {
    refuseGrant(principal)
    const upload = await ownedUpload(this.#ledger, principal, uploadId)
    await this.#moves.run(upload, { event: 'delete' })
  }
}
