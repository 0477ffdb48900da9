import { completeMedia } from './complete-media.ts'
import type { OpenMedia } from './open-media.ts'
import type { StoredBytes } from './stored-bytes.ts'
import type { UploadLedger } from './upload-ledger.ts'

/** Opens a complete media for reading. */
export class DownloadMedia {
  readonly #ledger: UploadLedger
  readonly #stored: StoredBytes

  constructor(needs: { ledger: UploadLedger; stored: StoredBytes }) {
    this.#ledger = needs.ledger
    this.#stored = needs.stored
  }

  /** Throws media-not-found (also while it is incomplete), media-gone. */
  async open({ mediaId }: { mediaId: string }): Promise<OpenMedia> {
    const { id, media, size, sha256, offeredAt } = await completeMedia(this.#ledger, mediaId)
    return {
      mediaId,
      name: media.name,
      mediaType: media.type,
      size,
      etag: `"${mediaId}"`,
      modifiedAt: offeredAt,
      sha256,
      read: (start, stop, signal) => this.#stored.read(id, start, stop, signal),
    }
  }
}
