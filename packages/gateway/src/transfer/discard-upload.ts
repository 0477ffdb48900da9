import type { UploadStatus } from '@sluice/protocol'
import { ownedUpload, refuseOutdated } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import { statusOf } from './status-of.ts'
import type { UploadLedger } from './upload-ledger.ts'
import type { UploadMoves } from './upload-moves.ts'

/** Forgets an unfinished upload; its bytes leave the store with the next sweep. (I6) */
export class DiscardUpload {
  readonly #ledger: UploadLedger
  readonly #moves: UploadMoves

  constructor(needs: { ledger: UploadLedger; moves: UploadMoves }) {
    this.#ledger = needs.ledger
    this.#moves = needs.moves
  }

  /**
   * Ends a writer at work without letting it commit. Idempotent. Throws upload-complete, upload-expired, media-gone,
   * upload-not-found; upload-cancelled or overtaken on an outdated grant.
   */
  async run({ principal, uploadId }: { principal: Principal; uploadId: string }): Promise<UploadStatus> {
    const upload = await ownedUpload(this.#ledger, principal, uploadId)
    refuseOutdated(principal, upload)
    return statusOf(await this.#moves.run(upload, { event: 'discard' }))
  }
}
