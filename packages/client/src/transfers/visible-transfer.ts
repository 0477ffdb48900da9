import type { AccountStore } from '../persistence/store.ts'
import type { FileInput } from './file-source.ts'
import type { News, ResumeOptions, Shareable, Sharing, TransferRecord, Verb } from './sharing.ts'
import type { Progress, TransferState } from './transfer.ts'
import type { TransferCell } from './transfer-cell.ts'
import { TransferError } from './transfer-error.ts'

interface Needs {
  readonly store: AccountStore
  readonly sharing?: Sharing | undefined
}

/** What uploads and downloads have in common: they are seen by their cell, and led by one tab at a time. */
export abstract class VisibleTransfer<T, R extends TransferRecord> implements Shareable {
  abstract readonly kind: 'upload' | 'download'
  readonly id: string
  protected readonly cell: TransferCell<T>
  protected readonly record: R
  /** Aborted with the reason once the session has ended. */
  protected readonly over = new AbortController()
  protected file: FileInput | undefined
  readonly #needs: Needs

  constructor(needs: Needs, record: R, cell: TransferCell<T>) {
    this.id = record.id
    this.#needs = needs
    this.record = record
    this.cell = cell
  }

  get state(): TransferState {
    return this.cell.state
  }

  get progress(): Progress {
    return this.cell.progress
  }

  get done(): Promise<T> {
    return this.cell.done
  }

  /** Why it failed, while it is `failed`. */
  get failure(): TransferError | undefined {
    return this.record.failure && new TransferError(this.record.failure)
  }

  on(event: 'state' | 'progress', listener: () => void): () => void {
    return this.cell.on(event, listener)
  }

  [Symbol.asyncIterator](): AsyncGenerator<Progress> {
    return this.cell.steps()
  }

  pause(): Promise<void> {
    return this.#command('pause')
  }

  resume(options?: ResumeOptions): Promise<void> {
    return this.#command('resume', options)
  }

  discard(): Promise<void> {
    return this.#command('discard')
  }

  /** Pauses, and rejects `done` with the reason of an abort. */
  async giveUp(reason: Error): Promise<void> {
    const stopping = this.pause().catch(() => {})
    if (this.state !== 'paused') await stopping
    if (this.state === 'paused') this.cell.fail(reason, 'paused')
    await stopping
  }

  /** Goes on if it ran when the page or process that led it died. */
  async goOn(): Promise<void> {
    if (!(await this.goesOn()) || this.#needs.sharing?.isElsewhere(this)) return
    // What a resume rejects with, `done` rejects with as well.
    await this.resume().catch(() => {})
  }

  /** Whether it ran to the end of the page or process, as far as the record tells. */
  protected async goesOn(): Promise<boolean> {
    const { state, paused } = this.record
    return this.state === 'paused' && state === 'unfinished' && !paused
  }

  news(): News {
    const { state, progress, record, file } = this
    return { state, progress, record, ...(typeof file === 'object' && { file }) }
  }

  async show({ state, progress, record, file }: News): Promise<void> {
    if (record) replace(this.record, record)
    if (file !== undefined) this.file = file
    this.cell.advance(progress)
    if (state === 'done' || state === 'discarded') this.file = undefined
    if (state === 'done') await this.showResult()
    else if (state === 'discarded') this.cell.fail(this.discarded(), state)
    else if (state !== 'failed') {
      this.cell.reopen()
      this.cell.enter(state)
    } else if (this.failure && this.state !== state) this.cell.fail(this.failure, state)
  }

  async stored(): Promise<R | undefined> {
    return (await this.#needs.store.get(`${this.kind}s`, this.id)) as R | undefined
  }

  takeOver(record: R | undefined): void {
    if (this.over.signal.aborted) return
    const isGone = this.isGone(record)
    if (record) replace(this.record, record)
    const { state, paused } = this.record
    if (isGone) this.cell.fail(this.discarded(), 'discarded')
    else if (state === 'done') void this.showResult()
    else if (state === 'failed' && this.failure) this.cell.fail(this.failure, state)
    else if (paused) this.cell.enter('paused')
    else this.restart()
  }

  abstract perform(verb: Verb, options?: ResumeOptions): Promise<void>
  /** Shows the success that the record tells of. */
  protected abstract showResult(): void | Promise<void>
  /** Begins a run, whatever was shown before. */
  protected abstract restart(): void
  /** Whether what the store has means that it was discarded. */
  protected abstract isGone(record: R | undefined): boolean
  /** How `done` rejects when it is discarded. */
  protected abstract discarded(): TransferError

  /** This tab leads it from now on, unless another one does. */
  protected async leads(): Promise<boolean> {
    return (await this.#needs.sharing?.lead(this)) ?? true
  }

  async #command(verb: Verb, options?: ResumeOptions): Promise<void> {
    this.over.signal.throwIfAborted()
    const { sharing } = this.#needs
    if (!sharing) return this.perform(verb, options)
    // Who goes on leads; a stop is for who does.
    const isHere = verb === 'resume' ? await sharing.lead(this) : !sharing.isElsewhere(this)
    return isHere ? this.perform(verb, options) : sharing.ask(this, verb, options)
  }
}

/** In place: others hold it, too. */
function replace<R extends object>(record: R, by: object): void {
  for (const key of Object.keys(record)) delete record[key as keyof R]
  Object.assign(record, by)
}
