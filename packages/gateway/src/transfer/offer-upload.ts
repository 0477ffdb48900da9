import { type Offer, Refusal, type Slot } from '@sluice/protocol'
import { checkRepeatedOffer } from './check-repeated-offer.ts'
import { checkedFile, type OfferedFile } from './checked-file.ts'
import { fillWhenEmpty } from './fill-when-empty.ts'
import type { HandOverHash } from './hand-over-hash.ts'
import type { Logger } from './logger.ts'
import { makeUpload } from './make-upload.ts'
import { newUploadIds } from './new-upload-ids.ts'
import { refuseGrant } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import type { Slots } from './slots.ts'
import type { TransferLimits } from './transfer-limits.ts'
import type { NewUpload, UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { UploadMoves } from './upload-moves.ts'
import type { Verification } from './verification.ts'

interface Needs {
  readonly ledger: UploadLedger
  readonly handOverHash: HandOverHash
  readonly moves: UploadMoves
  readonly verification: Verification
  readonly slots: Slots
  readonly limits: TransferLimits
  readonly logger: Logger
}

/** Makes the upload that a message will carry. */
export class OfferUpload {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /**
   * Idempotent by owner and message id: a repeated offer answers the same upload, in whatever state it is; one that
   * was discarded or expired is made anew. A repeated offer hands over the hash that the first one promised.
   * `device` (a full JID) gets the progress. Throws upload-differs, file-too-large, over-quota, bad-name, bad-size,
   * bad-request (media type), media-gone (its owner deleted it); forbidden with a slot's token.
   */
  async run(request: { principal: Principal; device?: string | undefined; offer: Offer }): Promise<Slot> {
    const { slots, limits, moves, logger } = this.#needs
    const { principal, offer, device } = request
    refuseGrant(principal)
    const file = checkedFile(offer, limits.maxUploadBytes)
    const fresh = newUpload(request, file, limits)
    let { created, upload } = await makeUpload(this.#needs, fresh)
    if (!created && isOverdue(upload)) {
      await moves.run(upload, { event: 'expire' })
      ;({ created, upload } = await makeUpload(this.#needs, fresh))
    }
    if (created)
      logger.info({ uploadId: upload.id, owner: upload.owner, size: upload.size }, 'upload offered')
    else upload = await this.#repeated(upload, offer, file, device)
    return await slots.of(await fillWhenEmpty(this.#needs, upload))
  }

  async #repeated(
    upload: UploadRecord,
    offer: Offer,
    file: OfferedFile,
    device: string | undefined,
  ): Promise<UploadRecord> {
    if (upload.state === 'deleted') throw new Refusal('media-gone')
    const { handOver } = checkRepeatedOffer(upload, offer, file)
    if (handOver !== undefined) return await this.#needs.handOverHash.take(upload, handOver)
    return await this.#sendProgressTo(device, upload)
  }

  /** A device that came back under a new resource goes on getting progress; a writer at work is not disturbed for it. */
  async #sendProgressTo(device: string | undefined, upload: UploadRecord): Promise<UploadRecord> {
    const { id, epoch, state, delivery } = upload
    const atRest = state === 'offered' || state === 'paused'
    if (!atRest || device === undefined || delivery?.progressJid === device) return upload
    const fence = { id, epoch, from: state, to: state, newGrant: false, progressJid: device }
    return (await this.#needs.ledger.fence(fence)) ?? upload
  }
}

function newUpload(
  { principal, offer, device }: { principal: Principal; offer: Offer; device?: string | undefined },
  { name, mediaType, size }: OfferedFile,
  limits: TransferLimits,
): NewUpload {
  const { id, mediaId } = newUploadIds()
  const { messageId, to, kind, intent, fingerprint, hash = 'none' } = offer
  return {
    id,
    owner: principal.owner,
    messageId,
    size,
    hash: hash === 'none' || hash === 'later' ? hash : { sha256: hash },
    media: { id: mediaId, name, type: mediaType },
    delivery: { to, kind, intent, fingerprint, progressJid: device },
    expiresAfterMs: limits.unfinishedExpiryMs,
  }
}

function isOverdue({ state, overdue }: UploadRecord): boolean {
  return overdue && ['offered', 'receiving', 'paused', 'cancelled'].includes(state)
}
