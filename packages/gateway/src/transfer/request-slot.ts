import { type HttpSlot, type HttpSlotRequest, Refusal } from '@sluice/protocol'
import { checkedFile } from './checked-file.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import { makeUpload } from './make-upload.ts'
import type { MediaUrls } from './media-urls.ts'
import { newUploadIds } from './new-upload-ids.ts'
import { refuseGrant } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import type { TransferLimits } from './transfer-limits.ts'
import type { UploadLedger } from './upload-ledger.ts'
import type { UploadTokens } from './upload-tokens.ts'

// XEP-0363 §8 has 300 s in mind; an hour lets a client whose line is bad try the same address again.
const PUT_WITHIN_MS = 3_600_000

interface Needs {
  readonly ledger: UploadLedger
  readonly tokens: UploadTokens
  readonly urls: MediaUrls
  readonly limits: TransferLimits
  readonly clock: Clock
  readonly logger: Logger
}

/** Gives a slot of XEP-0363: where a client that knows nothing else may PUT a file, and where it then lies. */
export class RequestSlot {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** The largest file that gets a slot, in bytes. */
  get maxUploadBytes(): number {
    return this.#needs.limits.maxUploadBytes
  }

  /**
   * Each call makes a new upload, that no message carries. Its address alone lets whoever has it PUT there, as many
   * clients send no headers. Throws bad-name, bad-size, bad-request (media type), file-too-large, over-quota,
   * purpose-unsupported; forbidden with a slot's token.
   */
  async run({
    principal,
    purpose,
    ...request
  }: HttpSlotRequest & { readonly principal: Principal }): Promise<HttpSlot> {
    const { tokens, urls, limits, clock, logger } = this.#needs
    refuseGrant(principal)
    // XEP-0363 §5: it must not be there after that time, and nothing ends a complete media by itself.
    if (purpose?.kind === 'ephemeral') throw new Refusal('purpose-unsupported', { purpose: purpose.kind })
    const asked = { ...request, mediaType: request.mediaType ?? 'application/octet-stream' }
    const { name, mediaType, size } = checkedFile(asked, limits.maxUploadBytes)
    const { id, mediaId } = newUploadIds()
    await makeUpload(this.#needs, {
      id,
      owner: principal.owner,
      size,
      hash: 'none',
      media: { id: mediaId, name, type: mediaType },
      expiresAfterMs: limits.unfinishedExpiryMs,
    })
    logger.info({ uploadId: id, owner: principal.owner, size }, 'slot given')
    const livesMs = Math.min(PUT_WITHIN_MS, limits.unfinishedExpiryMs)
    const expiresAt = new Date(clock.now().getTime() + livesMs)
    return {
      putUrl: urls.slot(mediaId, name, await tokens.issuePut({ mediaId, expiresAt })),
      getUrl: urls.media(mediaId, name),
      headers: {},
    }
  }
}
