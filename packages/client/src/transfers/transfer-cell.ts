import { Listeners } from '../listeners.ts'
import type { Log } from '../log.ts'
import type { Progress, TransferState } from './transfer.ts'

type Event = 'state' | 'progress'

/** The visible side of a transfer: its state, progress and outcome, and who watches them. */
export class TransferCell<T> {
  readonly #listeners: Record<Event, Listeners<void>>
  #state: TransferState
  #progress: Progress
  #outcome: PromiseWithResolvers<T>
  #rejected = false

  constructor(start: { state: TransferState; progress: Progress; log: Log }) {
    this.#state = start.state
    this.#progress = start.progress
    this.#listeners = { state: new Listeners(start.log), progress: new Listeners(start.log) }
    this.#outcome = freshOutcome()
  }

  get state(): TransferState {
    return this.#state
  }

  get progress(): Progress {
    return this.#progress
  }

  get done(): Promise<T> {
    return this.#outcome.promise
  }

  on(event: Event, listener: () => void): () => void {
    return this.#listeners[event].add(listener)
  }

  enter(state: TransferState): void {
    if (state === this.#state) return
    this.#state = state
    this.#listeners.state.emit()
  }

  advance(progress: Partial<Progress>): void {
    const next = { ...this.#progress, ...progress }
    if (
      next.sent === this.#progress.sent &&
      next.committed === this.#progress.committed &&
      next.total === this.#progress.total
    )
      return
    this.#progress = next
    this.#listeners.progress.emit()
  }

  succeed(value: T): void {
    this.#outcome.resolve(value)
    this.enter('done')
  }

  fail(error: Error, state: TransferState): void {
    this.#outcome.reject(error)
    this.#rejected = true
    // Who waits for steps learns of the rejection by this event, even in the same state.
    if (state === this.#state) this.#listeners.state.emit()
    else this.enter(state)
  }

  /** A new outcome in place of one that was rejected; one that is pending stays. */
  reopen(): void {
    if (!this.#rejected) return
    this.#rejected = false
    this.#outcome = freshOutcome()
  }

  /** Each step of progress, the latest for whoever is slow, until the transfer ends or `done` rejects. */
  async *steps(): AsyncGenerator<Progress> {
    let wake = () => {}
    let fresh = true
    const notice = () => {
      fresh = true
      wake()
    }
    const remove = [this.on('state', notice), this.on('progress', notice)]
    try {
      let last: Progress | undefined
      for (;;) {
        fresh = false
        if (this.#progress !== last) {
          last = this.#progress
          yield last
        }
        if ((this.#rejected || ENDED.has(this.#state)) && this.#progress === last) return
        if (fresh) continue
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    } finally {
      for (const each of remove) each()
    }
  }
}

const ENDED: ReadonlySet<TransferState> = new Set(['done', 'failed', 'discarded'])

interface PromiseWithResolvers<T> {
  promise: Promise<T>
  resolve(value: T): void
  reject(error: Error): void
}

function freshOutcome<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<T>((res, rej) => {
    resolve = res
    reject = rej
  })
  // An outcome that nobody asked for is no unhandled rejection.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
