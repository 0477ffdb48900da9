import type { UnfinishedUpload } from '@sluice/protocol'
import { refuseGrant } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import { statusOf } from './status-of.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { Writers } from './writers.ts'

/** The uploads that any of the owner's devices can go on with. */
export class ListUploads {
  readonly #ledger: UploadLedger
  readonly #writers: Writers

  constructor(needs: { ledger: UploadLedger; writers: Writers }) {
    this.#ledger = needs.ledger
    this.#writers = needs.writers
  }

  /**
   * Unfinished ones, and complete ones whose message is not sent, oldest first; disturbs nobody. Uploads that no message
   * will carry (plain tus) are not listed: their clients keep their addresses. Throws forbidden with a slot's token.
   */
  async run({ principal }: { principal: Principal }): Promise<UnfinishedUpload[]> {
    refuseGrant(principal)
    const uploads = await this.#ledger.unfinished(principal.owner)
    return uploads.flatMap((upload) => this.#listed(upload))
  }

  #listed(upload: UploadRecord): UnfinishedUpload[] {
    const { id, messageId, media, size, delivery } = upload
    if (messageId === undefined || !delivery) return []
    const { to, kind, intent, fingerprint } = delivery
    const hash = upload.hash === 'later' ? 'later' : upload.sha256
    const offer = {
      messageId,
      to,
      name: media.name,
      size,
      mediaType: media.type,
      kind,
      fingerprint,
      hash,
      intent,
    }
    return [{ ...statusOf(upload, this.#writers.received(id)), offer }]
  }
}
