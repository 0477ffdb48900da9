import { Refusal, type UploadStatus } from '@sluice/protocol'
import type { Clock } from './clock.ts'
import { fillWhenEmpty } from './fill-when-empty.ts'
import type { Logger } from './logger.ts'
import type { NodeSignals } from './node-signals.ts'
import { isOutdated, ownedUpload } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import { refuseEnded } from './refuse-ended.ts'
import { settledUpload } from './settled-upload.ts'
import { statusOf } from './status-of.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { UploadMoves } from './upload-moves.ts'
import type { Verification } from './verification.ts'
import type { Writers } from './writers.ts'

const VERIFYING_WAIT_MS = 20_000

interface Needs {
  readonly ledger: UploadLedger
  readonly writers: Writers
  readonly moves: UploadMoves
  readonly verification: Verification
  readonly signals: NodeSignals
  readonly clock: Clock
  readonly logger: Logger
}

/** Where an upload stands, and what tus HEAD tells besides. */
export interface SettledStatus extends UploadStatus {
  readonly tusMetadata?: string | undefined
}

/** Tells where an upload stands. */
export class InspectUpload {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** As it is, also when it has ended; disturbs nobody. Throws upload-not-found. */
  async status({ principal, uploadId }: { principal: Principal; uploadId: string }): Promise<UploadStatus> {
    const { ledger, writers } = this.#needs
    return statusOf(await ownedUpload(ledger, principal, uploadId), writers.received(uploadId))
  }

  /**
   * As tus HEAD needs it, so that its answer may be gone on from: a writer at work commits what it has and stops; a
   * full upload is verified first, for which it waits up to 20 s. An outdated grant fences nobody. A full upload
   * whose client still owes the hash is answered at once. Throws upload-busy when it is not decided yet or the ledger
   * cannot be asked (tus clients begin anew on anything but 423), upload-not-found, upload-discarded, hash-mismatch,
   * upload-expired, media-gone.
   */
  async settle(request: {
    principal: Principal
    uploadId: string
    signal?: AbortSignal | undefined
  }): Promise<SettledStatus> {
    try {
      const upload = await this.#settle(request)
      return { ...statusOf(upload), tusMetadata: upload.tusMetadata }
    } catch (error) {
      if (error instanceof Refusal) throw error
      this.#needs.logger.error({ err: error, uploadId: request.uploadId }, 'an upload could not be settled')
      throw new Refusal('upload-busy')
    }
  }

  async #settle({
    principal,
    uploadId,
    signal,
  }: {
    principal: Principal
    uploadId: string
    signal?: AbortSignal | undefined
  }): Promise<UploadRecord> {
    const { ledger, writers, moves, verification } = this.#needs
    if (writers.isDraining) throw new Refusal('upload-busy')
    let upload = await ownedUpload(ledger, principal, uploadId)
    refuseEnded(upload)
    if (isOutdated(principal, upload)) return upload
    upload = await moves.run(upload, { event: 'pause', from: 'receiving', flush: true })
    upload = await fillWhenEmpty(this.#needs, upload)
    if (upload.state === 'paused' && upload.committed === upload.size) {
      // Only from there: whoever cancels meanwhile is not undone. (I4)
      upload = await moves.run(upload, { event: 'fill', from: 'paused' })
      if (upload.state === 'verifying') void verification.run(uploadId)
    }
    upload = await settledUpload(this.#needs, upload, VERIFYING_WAIT_MS, signal)
    refuseEnded(upload)
    if (upload.state === 'verifying' && upload.hash === 'known') throw new Refusal('upload-busy')
    return upload
  }
}
