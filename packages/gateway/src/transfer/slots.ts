import type { Slot } from '@sluice/protocol'
import type { MediaUrls } from './media-urls.ts'
import type { UploadRecord } from './upload-ledger.ts'
import type { UploadTokens } from './upload-tokens.ts'

/** Makes slots: where an upload goes on, and the token that lets its holder write there. */
export class Slots {
  readonly #tokens: UploadTokens
  readonly #urls: MediaUrls

  constructor(needs: { tokens: UploadTokens; urls: MediaUrls }) {
    this.#tokens = needs.tokens
    this.#urls = needs.urls
  }

  async of(upload: UploadRecord): Promise<Slot> {
    const { id, owner, grantNo, media, expiresAt } = upload
    return {
      uploadId: id,
      messageId: upload.messageId,
      uploadUrl: this.#urls.upload(id),
      getUrl: this.#urls.media(media.id, media.name),
      token: await this.#tokens.issueSlot({ uploadId: id, owner, grantNo, expiresAt }),
      state: upload.state,
      committed: upload.committed,
      size: upload.size,
      expiresAt,
    }
  }
}
