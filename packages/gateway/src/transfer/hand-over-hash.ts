import type { UploadStatus } from '@sluice/protocol'
import { differs } from './check-repeated-offer.ts'
import type { Clock } from './clock.ts'
import type { NodeSignals } from './node-signals.ts'
import { ownedUpload, refuseOutdated } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import { refuseEnded } from './refuse-ended.ts'
import { settledUpload } from './settled-upload.ts'
import { statusOf } from './status-of.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { Verification } from './verification.ts'

// With the running hash at hand the verdict takes no time, and the answer can tell it.
const VERDICT_MS = 1_000

interface Needs {
  readonly ledger: UploadLedger
  readonly signals: NodeSignals
  readonly clock: Clock
  readonly verification: Verification
}

/** Takes the hash that an offer has promised for later (LEDGER rule 3). */
export class HandOverHash {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /**
   * `sha256` is lowercase hex. Idempotent. Throws upload-differs when another hash is there or none was promised,
   * upload-cancelled and overtaken on an outdated grant, upload-not-found, upload-discarded, hash-mismatch,
   * upload-expired, media-gone.
   */
  async run({
    principal,
    uploadId,
    sha256,
  }: {
    principal: Principal
    uploadId: string
    sha256: string
  }): Promise<UploadStatus> {
    const upload = await ownedUpload(this.#needs.ledger, principal, uploadId)
    refuseOutdated(principal, upload)
    refuseEnded(upload)
    return statusOf(await this.take(upload, sha256))
  }

  /** As {@link run}, of an upload that was found already; answers it as it is when the hash, or its verdict, is there. */
  async take(upload: UploadRecord, sha256: string): Promise<UploadRecord> {
    const { ledger, verification } = this.#needs
    if (!(await ledger.handOverHash(upload.id, sha256))) throw differs('hash')
    const now = (await ledger.find(upload.id)) ?? upload
    if (now.state !== 'verifying') return now
    void verification.run(now.id)
    return await settledUpload(this.#needs, now, VERDICT_MS)
  }
}
