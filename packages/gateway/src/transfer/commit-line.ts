import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import { retry } from './retry.ts'
import type { RunningHash } from './running-hash.ts'
import type { Chunk, Commit, UploadLedger } from './upload-ledger.ts'

const COMMIT_RETRY_MS = 30_000

/** A chunk on its way: cut, perhaps stored, not yet committed. */
export interface ChunkInLine {
  readonly start: number
  readonly stop: number
  readonly crc32: number
  /** Until stored. */
  buffers: readonly Uint8Array[] | undefined
  /** Once stored. */
  key: string | undefined
  /** Over the bytes [0, stop), when the writer keeps one. */
  hash: RunningHash | undefined
  /** Ends its PUT. */
  readonly abort: AbortController
}

export type LineBreak = 'overtaken' | 'ledger-failed'

export interface CommitLineNeeds {
  readonly ledger: UploadLedger
  readonly clock: Clock
  readonly logger: Logger
  readonly id: string
  readonly epoch: number
  readonly committed: number
  readonly expiresAfterMs: number
  /** The state for a commit that brings the offset to `committed`; `last`: nothing else is in the line. */
  stateAt(committed: number, last: boolean): Commit['state']
  /** After every commit, with the chunk that now ends the committed bytes. */
  onCommitted(last: ChunkInLine, state: Commit['state']): void
  /** Nothing of this line will be committed any more. */
  onBroken(why: LineBreak): void
}

/**
 * Commits chunks strictly in the order of their offsets, whatever order their PUTs end in; adjacent ones that are
 * ready go together. An unknown outcome is never taken for a failure (LEDGER rule 1).
 */
export class CommitLine {
  readonly #needs: CommitLineNeeds
  #line: ChunkInLine[] = []
  #committed: number
  #busy = false
  #broken = false
  #dirty = false

  constructor(needs: CommitLineNeeds) {
    this.#needs = needs
    this.#committed = needs.committed
  }

  get committed(): number {
    return this.#committed
  }

  /** Chunks that are not committed yet, in order. */
  get waiting(): readonly ChunkInLine[] {
    return this.#line
  }

  add(chunk: ChunkInLine): void {
    this.#line.push(chunk)
  }

  /** Its object is in the store. One that was dropped meanwhile is none of ours. */
  stored(chunk: ChunkInLine, key: string): void {
    chunk.key = key
    chunk.buffers = undefined
    void this.#pump()
  }

  /** An object of this upload may lie in the store without a row: the next commit says so. */
  markDirty(): void {
    this.#dirty = true
  }

  /** Forgets `first` and all behind it, ending their PUTs. Answers whether any object may stay behind. */
  dropFrom(first: ChunkInLine | undefined): boolean {
    const at = first ? this.#line.indexOf(first) : -1
    if (at < 0) return false
    const dropped = this.#line.splice(at)
    for (const chunk of dropped) chunk.abort.abort()
    this.#dirty = true
    return true
  }

  /** Commits nothing any more, whatever is under way. */
  break(): void {
    this.#broken = true
    this.dropFrom(this.#line[0])
  }

  async #pump(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    for (let run = this.#ready(); run.length > 0 && !this.#broken; run = this.#ready())
      await this.#commit(run)
    this.#busy = false
  }

  #ready(): ChunkInLine[] {
    const until = this.#line.findIndex((chunk) => chunk.key === undefined)
    return until < 0 ? [...this.#line] : this.#line.slice(0, until)
  }

  async #commit(run: readonly ChunkInLine[]): Promise<void> {
    const { clock, logger, id, epoch } = this.#needs
    const last = run.at(-1) as ChunkInLine
    const commit: Commit = {
      id,
      epoch,
      committed: this.#committed,
      chunks: run.map(toChunk),
      state: this.#needs.stateAt(last.stop, run.length === this.#line.length),
      dirty: this.#dirty,
      expiresAfterMs: this.#needs.expiresAfterMs,
    }
    const onFailure = (error: unknown) =>
      logger.warn({ err: error, uploadId: id, epoch }, 'commit failed, retrying')
    try {
      const recorded = await retry({ clock, forMs: COMMIT_RETRY_MS, onFailure }, () => this.#record(commit))
      if (this.#broken) return
      if (recorded) this.#moved(run, last, commit)
      else this.#breakFor('overtaken')
    } catch (error) {
      if (this.#broken) return
      logger.error({ err: error, uploadId: id, epoch }, 'commit given up, its outcome is unknown')
      this.#breakFor('ledger-failed')
    }
  }

  /** True: recorded. False: overtaken. Throws while neither is sure. */
  async #record(commit: Commit): Promise<boolean> {
    const { ledger, logger } = this.#needs
    try {
      if (await ledger.commit(commit)) return true
    } catch (error) {
      logger.warn({ err: error, uploadId: commit.id, epoch: commit.epoch }, 'no answer to a commit, asking')
    }
    const keys = commit.chunks.map((chunk) => chunk.key)
    const seen = await ledger.resolve(commit.id, keys)
    if (keys.every((key) => seen.present.has(key))) return true
    if (seen.epoch !== commit.epoch) return false
    throw new Error('the commit is not recorded, though nobody overtook it')
  }

  #moved(run: readonly ChunkInLine[], last: ChunkInLine, commit: Commit): void {
    this.#line.splice(0, run.length)
    this.#committed = last.stop
    if (commit.dirty) this.#dirty = false
    this.#needs.onCommitted(last, commit.state)
  }

  #breakFor(why: LineBreak): void {
    this.break()
    this.#needs.onBroken(why)
  }
}

function toChunk({ start, stop, key, crc32 }: ChunkInLine): Chunk {
  return { start, stop, key: key as string, crc32 }
}
