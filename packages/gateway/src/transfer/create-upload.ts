import type { Slot } from '@sluice/protocol'
import { checkedFile } from './checked-file.ts'
import { fillWhenEmpty } from './fill-when-empty.ts'
import type { Logger } from './logger.ts'
import { makeUpload } from './make-upload.ts'
import { newUploadIds } from './new-upload-ids.ts'
import { refuseGrant } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import type { Slots } from './slots.ts'
import type { TransferLimits } from './transfer-limits.ts'
import type { UploadLedger } from './upload-ledger.ts'
import type { UploadMoves } from './upload-moves.ts'
import type { Verification } from './verification.ts'

interface Needs {
  readonly ledger: UploadLedger
  readonly moves: UploadMoves
  readonly verification: Verification
  readonly slots: Slots
  readonly limits: TransferLimits
  readonly logger: Logger
}

/** Makes an upload that no message will carry (plain tus creation). */
export class CreateUpload {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /**
   * Each call makes a new upload; one of no bytes is complete at once. Throws bad-name, bad-size, bad-request (media
   * type), file-too-large, over-quota; forbidden with a slot's token.
   */
  async run(file: {
    principal: Principal
    name: string
    type: string
    size: number
    tusMetadata?: string | undefined
  }): Promise<Slot> {
    const { slots, limits, logger } = this.#needs
    const { principal } = file
    refuseGrant(principal)
    const { name, mediaType, size } = checkedFile({ ...file, mediaType: file.type }, limits.maxUploadBytes)
    const { id, mediaId } = newUploadIds()
    const { upload } = await makeUpload(this.#needs, {
      id,
      owner: principal.owner,
      size,
      hash: 'none',
      media: { id: mediaId, name, type: mediaType },
      tusMetadata: file.tusMetadata,
      expiresAfterMs: limits.unfinishedExpiryMs,
    })
    logger.info({ uploadId: id, owner: principal.owner, size }, 'upload created')
    return await slots.of(await fillWhenEmpty(this.#needs, upload))
  }
}
