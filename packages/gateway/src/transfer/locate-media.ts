import type { MediaLocation } from '@sluice/protocol'
import { completeMedia } from './complete-media.ts'
import type { MediaUrls } from './media-urls.ts'
import type { UploadLedger } from './upload-ledger.ts'

/** Where a complete media lies. Its id is the key to it: whoever knows the id may ask. */
export class LocateMedia {
  readonly #ledger: UploadLedger
  readonly #urls: MediaUrls

  constructor(needs: { ledger: UploadLedger; urls: MediaUrls }) {
    this.#ledger = needs.ledger
    this.#urls = needs.urls
  }

  /** Throws media-not-found, media-gone. */
  async run({ mediaId }: { mediaId: string }): Promise<MediaLocation> {
    const { media, size, sha256 } = await completeMedia(this.#ledger, mediaId)
    const url = this.#urls.media(media.id, media.name)
    return { mediaId, url, name: media.name, size, mediaType: media.type, sha256 }
  }
}
