import type { Readable } from 'node:stream'
import { Refusal, type UploadStatus } from '@sluice/protocol'
import { admittedBody } from './admitted-body.ts'
import type { BudgetAccount } from './budget-account.ts'
import { fillWhenEmpty } from './fill-when-empty.ts'
import { isEmptyBody } from './is-empty-body.ts'
import type { MemoryBudget } from './memory-budget.ts'
import { nextState } from './next-state.ts'
import type { AskedSlot, SlotUploads } from './slot-uploads.ts'
import { statusOf } from './status-of.ts'
import type { UploadRecord } from './upload-ledger.ts'
import type { UploadMoves } from './upload-moves.ts'
import { UploadWriter } from './upload-writer.ts'
import type { Verification } from './verification.ts'
import type { WriterEnd } from './writer-end.ts'
import type { Writers } from './writers.ts'
import type { WriterNeeds } from './writing.ts'

const MAX_TRIES = 5

interface Needs extends WriterNeeds {
  readonly writers: Writers
  readonly budget: MemoryBudget
  readonly moves: UploadMoves
  readonly verification: Verification
  readonly slotUploads: SlotUploads
}

export interface SlotBody extends AskedSlot {
  readonly body: Readable
  /** Content-Length, if there was one. */
  readonly length?: number | undefined
}

/** Takes in the whole body of a slot's PUT. */
export class ReceiveSlot {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /**
   * Answers once the media is complete. A body that is not whole leaves nothing behind: it is discarded, and the next
   * PUT begins anew, in an upload of its own, which ends one still at work (LEDGER rule 3, I3).
   *
   * Throws body-too-short and body-too-long (also by its Content-Length alone, before a byte is read), overtaken (a
   * later PUT came), upload-incomplete (the body stopped or broke off), upload-complete, upload-busy (draining),
   * over-budget after 10 s, unavailable (30 s of failures of the store or the ledger), media-not-found, media-gone,
   * upload-expired; of a given file bad-size, bad-request (media type) and file-too-large, too.
   */
  async run(incoming: SlotBody): Promise<UploadStatus> {
    const { writers, budget, slotUploads } = this.#needs
    const { body } = incoming
    // One that breaks off while nobody reads it yet must not end the process; the writer sees it by itself.
    body.on('error', () => {})
    const upload = await slotUploads.find(incoming)
    this.#check(incoming, upload)
    if (upload.size === 0) return await this.#takeNothing(incoming, upload)
    const account = await admittedBody(budget, body)
    if (!account) throw new Refusal('upload-incomplete')
    let writer: UploadWriter
    try {
      writer = await writers.beginning(this.#begin(incoming, account))
    } catch (error) {
      account.close()
      throw error
    }
    return await this.#answer(writer, await writer.done)
  }

  #check({ length }: SlotBody, upload: UploadRecord): void {
    const { state, overdue, size } = upload
    if (this.#needs.writers.isDraining) throw new Refusal('upload-busy')
    // These two are replaced like any that was begun and not finished.
    const isReplaced = state === 'cancelled' || state === 'discarded'
    if (isReplaced && overdue) throw new Refusal('upload-expired')
    // An empty one never has a writer (LEDGER rule 7).
    const next = nextState(upload, size === 0 ? 'fill' : 'take')
    if (next instanceof Refusal && !isReplaced) throw next
    if (length !== undefined && length > size) throw new Refusal('body-too-long')
    if (length !== undefined && length < size) throw new Refusal('body-too-short', { size })
  }

  /** Becomes the writer of an upload that has no byte of another source. */
  async #begin(incoming: SlotBody, account: BudgetAccount): Promise<UploadWriter> {
    const { slotUploads, writers, logger } = this.#needs
    const { body, length } = incoming
    let failure: unknown = new Refusal('upload-busy')
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const seen = await slotUploads.find(incoming)
      this.#check(incoming, seen)
      try {
        const upload = await slotUploads.claim(seen)
        if (!upload) continue
        const { id, epoch } = upload
        const writer = new UploadWriter(this.#needs, { upload, epoch, account, body, length })
        writers.add(writer)
        writer.start()
        logger.info({ uploadId: id, epoch, committed: 0 }, 'writer began')
        return writer
      } catch (error) {
        failure = error
        logger.warn({ err: error, uploadId: seen.id }, 'no answer to a claim of a slot, asking')
      }
    }
    throw failure
  }

  async #takeNothing({ body, length }: SlotBody, upload: UploadRecord): Promise<UploadStatus> {
    if (length === undefined && !(await isEmptyBody(body))) throw new Refusal('body-too-long')
    const filled = await fillWhenEmpty(this.#needs, upload)
    if (filled.state !== 'complete') throw new Refusal('upload-busy')
    return statusOf(filled)
  }

  async #answer({ uploadId }: UploadWriter, end: WriterEnd): Promise<UploadStatus> {
    const upload = end === 'overtaken' ? undefined : await this.#needs.ledger.find(uploadId)
    if (!upload) throw new Refusal('overtaken')
    if (upload.state === 'complete') return statusOf(upload)
    await this.#discard(upload)
    throw refusalOf(end, upload)
  }

  /** Nobody goes on with these bytes. When it fails, the next PUT or the expiry does it. */
  async #discard(upload: UploadRecord): Promise<void> {
    const { moves, logger } = this.#needs
    await moves.run(upload, { event: 'discard' }).catch((error: unknown) => {
      if (error instanceof Refusal) return
      logger.warn({ err: error, uploadId: upload.id }, 'an unfinished slot could not be discarded')
    })
  }
}

function refusalOf(end: WriterEnd, { size }: UploadRecord): Refusal {
  switch (end) {
    case 'end':
      return new Refusal('body-too-short', { size })
    case 'too-long':
      return new Refusal('body-too-long')
    case 'drained':
      return new Refusal('upload-busy')
    case 'store-failed':
    case 'ledger-failed':
      return new Refusal('unavailable')
    default:
      return new Refusal('upload-incomplete')
  }
}
