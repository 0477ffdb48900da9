import type { Readable } from 'node:stream'
import { Refusal, type UploadStatus } from '@sluice/protocol'
import { admittedBody } from './admitted-body.ts'
import type { BudgetAccount } from './budget-account.ts'
import { fillWhenEmpty } from './fill-when-empty.ts'
import type { MemoryBudget } from './memory-budget.ts'
import { nextState } from './next-state.ts'
import { ownedUpload, refuseOutdated } from './owned-upload.ts'
import type { Principal } from './principal.ts'
import { settledUpload } from './settled-upload.ts'
import { statusOf } from './status-of.ts'
import type { UploadRecord } from './upload-ledger.ts'
import type { UploadMoves } from './upload-moves.ts'
import { UploadWriter } from './upload-writer.ts'
import type { Verification } from './verification.ts'
import type { WriterEnd } from './writer-end.ts'
import type { Writers } from './writers.ts'
import type { WriterNeeds } from './writing.ts'

// With the running hash at hand the verdict takes no time, and the answer can tell it.
const VERDICT_MS = 1_000
const MAX_TRIES = 5

interface Needs extends WriterNeeds {
  readonly node: string
  readonly writers: Writers
  readonly budget: MemoryBudget
  readonly moves: UploadMoves
  readonly verification: Verification
}

export interface IncomingBody {
  readonly principal: Principal
  readonly uploadId: string
  /** Where the body's first byte goes. */
  readonly offset: number
  readonly body: Readable
  /** Content-Length, if there was one. */
  readonly length?: number | undefined
}

/** Takes in a request body at the committed offset. */
export class ReceiveUpload {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /**
   * Answers once everything that was taken is durable: `committed` may be less than was sent when the body broke off, or
   * when somebody stopped the writer. A writer at work at the same upload is overtaken (I3), unless the offset is
   * wrong. The body is left alone, and may be unread, when it rejects or ends early.
   *
   * Throws offset-mismatch (also when another writer, that is gone again, committed more), body-too-long (nothing past the size is stored), upload-cancelled and overtaken (also when
   * that happened meanwhile), upload-complete, upload-busy (draining), over-budget after 10 s, unavailable (30 s of
   * failures of the store or the ledger), upload-not-found, upload-discarded, upload-expired, media-gone.
   */
  async run(incoming: IncomingBody): Promise<UploadStatus> {
    const { ledger, writers } = this.#needs
    const { principal, uploadId, body } = incoming
    // One that breaks off while nobody reads it yet must not end the process; the writer sees it by itself.
    body.on('error', () => {})
    const upload = await ownedUpload(ledger, principal, uploadId)
    if (incoming.length === 0 && incoming.offset === upload.committed && isFull(upload)) {
      return statusOf(await fillWhenEmpty(this.#needs, upload))
    }
    this.#check(incoming, upload)
    const account = await admittedBody(this.#needs.budget, body)
    if (!account) return statusOf(upload)
    let writer: UploadWriter
    try {
      writer = await writers.beginning(this.#write(incoming, upload, account))
    } catch (error) {
      account.close()
      throw error
    }
    return await this.#answer(incoming, await writer.done, writer.committed)
  }

  #check(incoming: IncomingBody, upload: UploadRecord): void {
    const { principal, offset, length = 0 } = incoming
    if (this.#needs.writers.isDraining) throw new Refusal('upload-busy')
    const next = nextState(upload, 'take')
    if (next instanceof Refusal) throw next
    refuseOutdated(principal, upload)
    if (offset !== upload.committed) throw new Refusal('offset-mismatch', { committed: upload.committed })
    if (offset + length > upload.size) throw new Refusal('body-too-long')
  }

  /** Becomes the writer. A lost answer is asked again: at worst it overtakes itself. */
  async #write(incoming: IncomingBody, seen: UploadRecord, account: BudgetAccount): Promise<UploadWriter> {
    const { ledger, writers, node, logger } = this.#needs
    const { body, length } = incoming
    let failure: unknown = new Refusal('upload-busy')
    let upload = seen
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (tries > 0) upload = await ownedUpload(ledger, incoming.principal, incoming.uploadId)
      this.#check(incoming, upload)
      const { id, committed, grantNo } = upload
      try {
        const epoch = await ledger.take({ id, epoch: upload.epoch, committed, grantNo, writer: node })
        if (epoch === undefined) continue
        const writer = new UploadWriter(this.#needs, { upload, epoch, account, body, length })
        writers.add(writer)
        writer.start()
        logger.info({ uploadId: id, epoch, committed }, 'writer began')
        return writer
      } catch (error) {
        failure = error
        logger.warn({ err: error, uploadId: id }, 'no answer to a take, asking')
      }
    }
    throw failure
  }

  async #answer(incoming: IncomingBody, end: WriterEnd, written: number): Promise<UploadStatus> {
    const { ledger, verification } = this.#needs
    if (end === 'store-failed' || end === 'ledger-failed') throw new Refusal('unavailable')
    let upload = await ownedUpload(ledger, incoming.principal, incoming.uploadId)
    if (end === 'too-long') throw new Refusal('body-too-long')
    if (upload.state === 'verifying') {
      void verification.run(upload.id)
      upload = await settledUpload(this.#needs, upload, VERDICT_MS)
    }
    if (upload.state === 'discarded' || upload.state === 'expired' || upload.state === 'cancelled') {
      const next = nextState(upload, 'take')
      if (next instanceof Refusal) throw next
    }
    refuseOutdated(incoming.principal, upload)
    // Fenced by a HEAD that did not wait longer, it may go on; by another writer, it must not.
    if (end === 'overtaken' && upload.state === 'receiving') throw new Refusal('overtaken')
    // What lies beyond may be another's: its client must not take it for its own, and asks anew.
    if (upload.committed !== written) throw new Refusal('offset-mismatch', { committed: upload.committed })
    return statusOf(upload)
  }
}

function isFull({ state, size, committed }: UploadRecord): boolean {
  return size === 0 || (committed === size && (state === 'complete' || state === 'verifying'))
}
