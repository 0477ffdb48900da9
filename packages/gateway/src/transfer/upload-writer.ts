import { nextUploadState, Refusal } from '@sluice/protocol'
import { Announcer } from './announcer.ts'
import { BodySource } from './body-source.ts'
import { ChunkGatherer } from './chunk-gatherer.ts'
import { type ChunkInLine, CommitLine } from './commit-line.ts'
import { endWriting } from './end-writing.ts'
import { MAX_PUTS } from './memory-budget.ts'
import { putChunk } from './put-chunk.ts'
import type { Commit } from './upload-ledger.ts'
import { mayFill, type WriterEnd } from './writer-end.ts'
import { WriterHash } from './writer-hash.ts'
import type { WriterNeeds, Writing } from './writing.ts'

// Chunks that are stored but wait for an earlier one's commit hold no memory, yet would be lost with the writer.
const MAX_IN_LINE = 2 * MAX_PUTS
const FLUSH_AGE_MS = 1_000
const FLUSH_BYTES = 256 * 1024
const OLDEST_PENDING_MS = 15_000
const IDLE_MS = 30_000

/**
 * Takes one request body into one upload: reads while the budget allows, cuts chunks, stores a few at once, commits
 * them in order. Phases: `reading` until the body is over or let go; `flushing` until everything gathered is
 * committed or dropped; `ending` while the ledger learns that the writer is gone; `ended`.
 */
export class UploadWriter {
  /** Resolves when it ended, never rejects. */
  readonly done: Promise<WriterEnd>
  readonly #needs: WriterNeeds
  readonly #writing: Writing
  readonly #gatherer = new ChunkGatherer()
  readonly #line: CommitLine
  readonly #source: BodySource
  readonly #announcer: Announcer
  readonly #hash: WriterHash | undefined
  #resolveDone: (end: WriterEnd) => void = () => {}
  #phase: 'reading' | 'flushing' | 'ending' | 'ended' = 'reading'
  #end: WriterEnd = 'end'
  #received: number
  #heardAt: number
  #puts = 0
  #leftLedger = false

  constructor(needs: WriterNeeds, writing: Writing) {
    this.#needs = needs
    this.#writing = writing
    const { upload, epoch, account, body } = writing
    this.#received = upload.committed
    this.#heardAt = this.#now()
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve
    })
    this.#line = new CommitLine({
      ...needs,
      id: upload.id,
      epoch,
      committed: upload.committed,
      stateAt: (committed, last) => (last && this.#isFlushed ? this.#endState(committed) : 'receiving'),
      onCommitted: (last, state) => this.#committedTo(last, state),
      onBroken: (why) => this.#drop(why),
    })
    this.#source = new BodySource(body, {
      onBytes: (bytes) => this.#take(bytes),
      onEnd: (how) => this.#leave(how),
    })
    this.#announcer = new Announcer(needs, upload.id)
    account.attach({ canCut: () => this.#canCut, cut: () => this.#cut(), room: () => this.#readOn() })
    if (upload.hash !== 'none') this.#hash = new WriterHash({ ...needs, writer: this.#asHashed() })
  }

  get uploadId(): string {
    return this.#writing.upload.id
  }

  get epoch(): number {
    return this.#writing.epoch
  }

  /** The offset up to which this writer has committed, as far as it knows. */
  get committed(): number {
    return this.#line.committed
  }

  /** The offset up to which bytes were read from the socket. */
  get received(): number {
    return this.#received
  }

  /** Begins to read, unless it is over already. */
  start(): void {
    if (this.#phase !== 'reading') return
    this.#hash?.start()
    this.#announcer.state()
    if (this.#writing.account.reserve()) this.#readOn()
  }

  /** Takes no more, commits what it has, and ends; an upload that becomes full so stays paused. */
  stop(): Promise<WriterEnd> {
    if (this.#phase === 'flushing' && mayFill(this.#end)) this.#end = 'stopped'
    this.#leave('stopped')
    return this.done
  }

  /** Takes no more, commits what it has, and ends. Nobody cancels: an upload that becomes full so is whole. */
  close(): Promise<WriterEnd> {
    this.#leave('drained')
    return this.done
  }

  /** Another writer of this process took the upload: nothing of this one can be committed any more. (I3) */
  overtake(): void {
    this.#line.break()
    this.#drop('overtaken')
  }

  /** To be called a few times a second. */
  tick(): void {
    this.#announcer.tick()
    if (this.#phase !== 'reading') return
    const now = this.#now()
    if (this.#source.isFlowing && now - this.#heardAt >= IDLE_MS) this.#leave('idle')
    const age = now - this.#writing.account.pendingSince
    const worthwhile = this.#gatherer.length >= Math.max(FLUSH_BYTES, this.#line.committed / 1024)
    if ((age >= FLUSH_AGE_MS && worthwhile) || age >= OLDEST_PENDING_MS) this.#cut()
  }

  #take(bytes: Uint8Array): void {
    const { upload, account, length } = this.#writing
    this.#heardAt = this.#now()
    if (this.#received + bytes.length > upload.size) {
      this.#leave('too-long')
      return
    }
    this.#received += bytes.length
    account.charge(bytes.length)
    this.#gatherer.push(bytes)
    this.#hash?.update(bytes)
    // Seen before a full chunk is cut, so that the last commit can say that the upload is full.
    if (length !== undefined && this.#received === upload.committed + length) this.#leave('end')
    else if (account.isFull) this.#cut()
    account.relieve()
    if (this.#phase === 'reading' && !account.reserve()) this.#source.pause()
  }

  #readOn(): void {
    this.#heardAt = this.#now()
    this.#source.read()
  }

  #leave(end: WriterEnd): void {
    if (this.#phase !== 'reading') return
    this.#phase = 'flushing'
    this.#end = end
    this.#source.letGo()
    this.#writing.account.stopReading()
    this.#advance()
  }

  /** Gives up what is not in the line. */
  #drop(end: WriterEnd): void {
    if (this.#phase !== 'reading' && this.#phase !== 'flushing') return
    const { account } = this.#writing
    this.#phase = 'flushing'
    this.#end = end
    this.#leftLedger ||= end !== 'store-failed'
    this.#source.letGo()
    account.stopReading()
    this.#gatherer.take()
    account.release(account.moveToPut())
    this.#received = this.#line.waiting.at(-1)?.stop ?? this.#line.committed
    this.#advance()
  }

  get #isFlushed(): boolean {
    return this.#phase === 'flushing' && this.#gatherer.length === 0
  }

  get #canCut(): boolean {
    const open = this.#phase === 'reading' || this.#phase === 'flushing'
    return (
      open && this.#puts < MAX_PUTS && this.#line.waiting.length < MAX_IN_LINE && this.#gatherer.length > 0
    )
  }

  #cut(): void {
    if (!this.#canCut) return
    const { buffers, length, crc32 } = this.#gatherer.take()
    const start = this.#received - length
    const abort = new AbortController()
    const chunk: ChunkInLine = {
      start,
      stop: this.#received,
      crc32,
      buffers,
      key: undefined,
      hash: undefined,
      abort,
    }
    this.#hash?.stamp(chunk)
    this.#line.add(chunk)
    this.#puts++
    void this.#put(chunk, buffers, this.#writing.account.moveToPut())
  }

  async #put(chunk: ChunkInLine, buffers: readonly Uint8Array[], cost: number): Promise<void> {
    const { start, abort } = chunk
    const { uploadId } = this
    const onFailure = (error: unknown) => {
      this.#line.markDirty()
      this.#needs.logger.warn({ err: error, uploadId, start }, 'storing a chunk failed, trying again')
    }
    try {
      const key = await putChunk(this.#needs, { uploadId, start, buffers, signal: abort.signal, onFailure })
      this.#line.stored(chunk, key)
    } catch (error) {
      if (this.#line.dropFrom(chunk)) {
        this.#needs.logger.error(
          { err: error, uploadId, start },
          'storing a chunk given up, the upload pauses',
        )
        this.#drop('store-failed')
      }
    }
    this.#puts--
    this.#writing.account.release(cost)
    this.#advance()
  }

  #committedTo(last: ChunkInLine, state: Commit['state']): void {
    this.#leftLedger ||= state !== 'receiving'
    this.#hash?.committedTo(last)
    this.#announcer.progress()
    this.#advance()
  }

  #advance(): void {
    if (this.#phase === 'reading' && this.#writing.account.isFull) this.#cut()
    while (this.#phase === 'flushing' && this.#canCut) this.#cut()
    if (this.#isFlushed && this.#puts === 0 && this.#line.waiting.length === 0) void this.#finish()
  }

  async #finish(): Promise<void> {
    this.#phase = 'ending'
    const { ledger, logger } = this.#needs
    const { upload, epoch, account } = this.#writing
    account.close()
    await this.#hash?.end()
    if (!this.#leftLedger)
      await endWriting(this.#needs, upload.id, epoch, this.#endState(this.#line.committed))
    // Its PUTs may yet land, after a sweep that did not wait for them.
    if (this.#end === 'overtaken') {
      await ledger.markDirty(upload.id).catch((error: unknown) => {
        logger.warn({ err: error, uploadId: upload.id }, 'a late object may stay behind')
      })
    }
    this.#phase = 'ended'
    this.#announcer.state()
    logger.info(
      { uploadId: upload.id, epoch, end: this.#end, committed: this.#line.committed },
      'writer ended',
    )
    this.#resolveDone(this.#end)
  }

  #endState(committed: number): Commit['state'] {
    const now = this.#needs.clock.now()
    const expiresAt = new Date(now.getTime() + this.#needs.expiresAfterMs)
    const upload = { ...this.#writing.upload, state: 'receiving' as const, committed, expiresAt }
    const event = committed === upload.size && mayFill(this.#end) ? 'fill' : 'pause'
    const next = nextUploadState(upload, event, now)
    if (next instanceof Refusal) throw next
    return next as Commit['state']
  }

  #asHashed() {
    return {
      uploadId: this.uploadId,
      committed: () => this.#line.committed,
      waiting: () => this.#line.waiting,
      pending: () => this.#gatherer.peek(),
    }
  }

  #now(): number {
    return this.#needs.clock.now().getTime()
  }
}
