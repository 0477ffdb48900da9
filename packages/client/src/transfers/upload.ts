import type { UploadStatus } from '@sluice/protocol'
import { Listeners } from '../listeners.ts'
import type { Message } from '../messages/message.ts'
import type { FileHandle } from './file-source.ts'
import type { GivenUpload } from './prepare-file.ts'
import { runUpload } from './run-upload.ts'
import { RunningHash } from './running-hash.ts'
import type { ResumeOptions, Verb } from './sharing.ts'
import { StoredUpload } from './stored-upload.ts'
import type { Transfer } from './transfer.ts'
import { TransferCell } from './transfer-cell.ts'
import { TransferError } from './transfer-error.ts'
import { UploadDebt } from './upload-debt.ts'
import { uploadFailure } from './upload-failure.ts'
import type { UploadRecord } from './upload-record.ts'
import { alreadyCompleted, alreadyFailed, uploadDiscarded, uploadNotFound } from './upload-refusals.ts'
import { StoppedElsewhere, type UploadNeeds, type UploadRun } from './upload-run.ts'
import { VisibleTransfer } from './visible-transfer.ts'

/**
 * How far a run has come, as a pause sees it: bytes can be stopped here and now; a finished upload's message can
 * only be withheld by the gateway; and once claimed nothing stops it.
 */
type Phase = 'bytes' | 'finishing' | 'claiming' | 'claimed'

/** One upload with its message: across pauses, lost lines, and runs of the program. */
export class Upload extends VisibleTransfer<Message, UploadRecord> implements Transfer<Message> {
  readonly kind = 'upload'
  readonly #needs: UploadNeeds
  readonly #debt: UploadDebt
  readonly #stored: StoredUpload
  readonly #statuses: Listeners<UploadStatus>
  readonly #fileName: string | undefined
  readonly #handle: FileHandle | undefined
  #hash: RunningHash
  #abort = new AbortController()
  #phase: Phase = 'bytes'
  #wanted: 'go' | 'stop' = 'go'
  #running: Promise<void> = Promise.resolve()
  /** The stop that is on its way, which a resume waits for. */
  #pausing: Promise<void> | undefined
  #discarding: Promise<void> = Promise.resolve()
  #claiming: Promise<boolean> = Promise.resolve(false)

  /** `record` from the store or new. It rests as `paused` until `prepare` and `start`, or `resume`. */
  constructor(needs: UploadNeeds, record: UploadRecord, given: Partial<GivenUpload> = {}) {
    const { committed, file, state, failure, message } = record
    const progress = { sent: committed, committed, total: file?.size ?? 0 }
    super(needs, record, new TransferCell({ state: 'paused', progress, log: needs.log }))
    this.#needs = needs
    this.#debt = new UploadDebt(needs, record, this.cell)
    this.#stored = new StoredUpload(needs, record)
    this.file = given.file
    this.#fileName = given.fileName
    this.#handle = given.handle
    this.#hash = new RunningHash(needs.sha256)
    this.#statuses = new Listeners(needs.log)
    if (record.owes === 'discard') this.cell.fail(this.discarded(), 'discarded')
    else if (state === 'done' && message) this.cell.succeed(message)
    else if (state === 'failed' && failure) this.cell.fail(new TransferError(failure), 'failed')
  }

  /** The result, once done. */
  get result(): Message | undefined {
    return this.record.message
  }

  get uploadId(): string | undefined {
    return this.record.slot?.uploadId
  }

  /** Whether the gateway is still to be told something. */
  get owes(): boolean {
    return this.#debt.isOwed
  }

  /** Makes a new upload visible as `pending`; nothing happens before `start`. */
  prepare(): void {
    this.cell.enter('pending')
  }

  /** Begins a prepared upload, unless it was stopped in the meantime. */
  start(): void {
    if (this.#wanted === 'go' && this.state === 'pending') this.#go()
  }

  perform(verb: Verb, options?: ResumeOptions): Promise<void> {
    if (verb === 'pause') return this.#stop()
    return verb === 'resume' ? this.#resume(options) : this.#discard()
  }

  async #stop(): Promise<void> {
    const refusal = this.#pausing ? undefined : this.#tooLate()
    if (refusal) throw refusal
    this.#wanted = 'stop'
    this.#pausing ??= this.#pause().finally(() => {
      this.#pausing = undefined
    })
    await this.#pausing
  }

  async #resume({ file }: ResumeOptions = {}): Promise<void> {
    if (this.state === 'discarded') throw uploadNotFound(this.id)
    if (this.state === 'failed' && this.failure?.retryable === false) throw this.failure
    if (this.state === 'done') return
    this.#wanted = 'go'
    if (file !== undefined) {
      this.file = file
      // What was hashed may be of another file; this one is read from 0.
      this.#hash = new RunningHash(this.#needs.sha256)
    }
    // A stop that is under way comes first; whichever was asked for last wins.
    await this.#pausing?.catch(() => {})
    this.over.signal.throwIfAborted()
    if (this.#wanted !== 'go' || (this.state !== 'paused' && this.state !== 'failed')) return
    this.cell.reopen()
    this.cell.enter('pending')
    this.#go()
  }

  async #discard(): Promise<void> {
    if (this.state === 'done') throw alreadyCompleted(this.id)
    if (this.state === 'discarded') return
    this.#abort.abort(new Error('discarded'))
    this.cell.fail(uploadDiscarded(this.id), 'discarded')
    this.#discarding = this.#running.then(async () => {
      await this.#dropFile()
      await this.#debt.discard()
    })
    await this.#discarding
  }

  /** Stops here and now, for the end of the session; the gateway is not told and the record stays as it is. */
  async end(reason: Error): Promise<void> {
    this.over.abort(reason)
    this.#debt.end(reason)
    if (this.state !== 'done' && this.state !== 'discarded') {
      this.#abort.abort(reason)
      this.cell.fail(reason, this.state === 'failed' ? 'failed' : 'paused')
    }
    // Each may still write to the store.
    await this.#running
    await this.#pausing?.catch(() => {})
    await this.#discarding.catch(() => {})
    await this.#debt.told
  }

  /** Tells the gateway what it could not be told before; what stays owed is tried at the next line. Never rejects. */
  async settle(): Promise<Error | undefined> {
    return this.owes && (await this.leads()) ? this.#debt.settle() : undefined
  }

  /** The gateway's news about this upload. */
  observe(status: UploadStatus): void {
    if (this.state === 'done' || this.state === 'discarded' || this.state === 'paused') return
    this.cell.advance({ committed: Math.max(this.progress.committed, status.committed) })
    this.#statuses.emit(status)
  }

  /** Or failed for its file alone, which the store has. */
  protected override async goesOn(): Promise<boolean> {
    const lacksFile = this.record.state === 'failed' && this.record.failure?.code === 'file_required'
    if (!lacksFile) return super.goesOn()
    return (await this.#needs.store.files?.find(this.id)) !== undefined
  }

  protected showResult(): void {
    if (this.result) this.cell.succeed(this.result)
  }

  protected restart(): void {
    this.#hash = new RunningHash(this.#needs.sha256)
    this.cell.reopen()
    this.cell.enter('pending')
    this.#go()
  }

  protected isGone(record: UploadRecord | undefined): boolean {
    return !record || record.owes === 'discard'
  }

  protected discarded(): TransferError {
    return uploadDiscarded(this.id)
  }

  #go(): void {
    if (this.over.signal.aborted) return
    this.#wanted = 'go'
    this.#phase = 'bytes'
    const abort = new AbortController()
    this.#abort = abort
    const previous = Promise.allSettled([this.#running, this.#debt.told])
    this.#running = previous.then(() => this.#run(abort.signal))
  }

  /** Never rejects. */
  async #run(signal: AbortSignal): Promise<void> {
    const needs = this.#needs
    const run: UploadRun = {
      needs,
      record: this.record,
      cell: this.cell,
      signal,
      retry: { ...needs, signal, onWaiting: () => this.#waiting() },
      statuses: this.#statuses,
      hash: this.#hash,
      save: () => this.#stored.save(),
    }
    try {
      // One that began under an id which another tab leads joins that one.
      if (!(await this.leads())) return void this.resume({ file: this.file }).catch(() => {})
      signal.throwIfAborted()
      // A stop that the gateway was never told of is overtaken by going on.
      this.record.owes = undefined
      this.record.paused = undefined
      const message = await runUpload(
        run,
        { file: this.file, fileName: this.#fileName, handle: this.#handle },
        {
          onAsking: (offer) => this.#debt.noteOffer(offer),
          onFinishing: () => {
            this.#phase = 'finishing'
          },
          onClaiming: (claim) => this.#claim(claim),
        },
      )
      this.cell.succeed(message)
      await this.#dropFile()
      await this.#debt.settle()
    } catch (error) {
      if (!signal.aborted) await this.#fail(error)
    }
  }

  /** The claim goes out: from here on its outcome decides whether a pause comes too late. */
  #claim(claim: Promise<boolean>): void {
    this.#phase = 'claiming'
    this.#claiming = claim.then((claimed) => {
      this.#phase = claimed ? 'claimed' : 'finishing'
      return claimed
    })
  }

  #waiting(): void {
    if (this.state === 'pending' || this.state === 'active') this.cell.enter('waiting')
  }

  async #fail(error: unknown): Promise<void> {
    if (error instanceof StoppedElsewhere) {
      await this.#rememberStop()
      return this.cell.enter('paused')
    }
    const failure = uploadFailure(this.id, error)
    this.#needs.log('warn', 'an upload failed', { id: this.id, code: failure.code, error })
    this.record.state = 'failed'
    this.record.failure = failure.toJSON()
    await this.#stored.trySave()
    this.cell.fail(failure, 'failed')
    if (!failure.retryable) await this.#dropFile()
  }

  /** So that it does not go on by itself after a reload. */
  #rememberStop(): Promise<void> {
    this.record.paused = true
    return this.#stored.trySave()
  }

  #dropFile(): Promise<void> {
    this.file = undefined
    return this.#stored.dropFile()
  }

  #tooLate(): TransferError | undefined {
    if (this.state === 'failed') return alreadyFailed(this.id)
    if (this.state === 'discarded') return uploadNotFound(this.id)
    const claimed = this.#phase === 'claimed' && this.state === 'sending'
    return claimed || this.state === 'done' ? alreadyCompleted(this.id) : undefined
  }

  async #pause(): Promise<void> {
    if (this.#phase === 'claiming') {
      await this.#claiming
      const refusal = this.#tooLate()
      if (refusal) throw refusal
    }
    const finishing = this.#phase === 'finishing' && this.state !== 'paused'
    this.#abort.abort(new Error('paused'))
    if (!finishing) this.cell.enter('paused')
    await Promise.all([this.#running, this.#rememberStop()])
    if (this.#discarded) return
    const stopped = await this.#debt.cancel()
    if (this.#discarded) return
    if (stopped) return this.cell.enter('paused')
    // Claimed by another device, or by a claim of ours whose answer got lost: it goes out.
    this.#go()
    throw alreadyCompleted(this.id)
  }

  // A discard may come while a pause waits.
  get #discarded(): boolean {
    return this.state === 'discarded'
  }
}
