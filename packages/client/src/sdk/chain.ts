import { callContained } from '../listeners.ts'
import type { Log } from '../log.ts'
import type { Progress } from '../transfers/transfer.ts'
import type { Res } from './res.ts'

export type Cb<T> = (value: T) => void | Promise<void>

/** The promise of a call, and the manual's callbacks on it. It always resolves. */
export type Chain<T> = Promise<Res<T>> & {
  /** Called once with the message id when the transfer begins. */
  onPending(listener: Cb<string>): Chain<T>
  /** Called once with the message id when the transfer goes on. */
  onResuming(listener: Cb<string>): Chain<T>
  onProgress(listener: Cb<Progress>): Chain<T>
  onSuccess(listener: Cb<Res<T>>): Chain<T>
  onError(listener: Cb<Res>): Chain<T>
}

interface Said<T> {
  pending: string
  resuming: string
  progress: Progress
  success: Res<T>
  error: Res
}
type Word = keyof Said<unknown>

/**
 * One call of the facade as it goes on. Who attaches late gets the last word of each kind, never within the call
 * that attaches.
 */
export class Run<T> {
  readonly chain: Chain<T>
  /** Resolves when pending or resuming has been said, or will never be. */
  readonly started: Promise<void>
  readonly #log: Log
  readonly #listeners: { [W in Word]: Cb<Said<T>[W]>[] } = {
    pending: [],
    resuming: [],
    progress: [],
    success: [],
    error: [],
  }
  readonly #said: Partial<Said<T>> = {}
  #settle: (result: Res<T>) => void = () => {}
  #start: () => void = () => {}
  #over = false

  constructor(log: Log) {
    this.#log = log
    this.started = new Promise((resolve) => {
      this.#start = resolve
    })
    const promise = new Promise<Res<T>>((resolve) => {
      this.#settle = resolve
    })
    const chain: Chain<T> = Object.assign(promise, {
      onPending: (listener: Cb<string>) => this.#attach('pending', listener),
      onResuming: (listener: Cb<string>) => this.#attach('resuming', listener),
      onProgress: (listener: Cb<Progress>) => this.#attach('progress', listener),
      onSuccess: (listener: Cb<Res<T>>) => this.#attach('success', listener),
      onError: (listener: Cb<Res>) => this.#attach('error', listener),
    })
    this.chain = chain
  }

  /** The first word; once. */
  begin(word: 'pending' | 'resuming', id: string): void {
    if (this.#said.pending !== undefined || this.#said.resuming !== undefined) return
    this.#say(word, id)
    this.#start()
  }

  progress(progress: Progress): void {
    if (!this.#over) this.#say('progress', progress)
  }

  succeed(result: Res<T>): void {
    this.#end(result, () => this.#say('success', result))
  }

  fail(result: Res<never>): void {
    this.#end(result, () => this.#say('error', result))
  }

  /** Ends the run without a callback: the manual's cancel calls none. */
  cancel(result: Res<never>): void {
    this.#end(result, () => {})
  }

  #end(result: Res<T>, say: () => void): void {
    if (this.#over) return
    this.#over = true
    this.#start()
    say()
    this.#settle(result)
  }

  #say<W extends Word>(word: W, value: Said<T>[W]): void {
    this.#said[word] = value
    for (const listener of [...this.#listeners[word]]) callContained(listener, value, this.#log)
  }

  #attach<W extends Word>(word: W, listener: Cb<Said<T>[W]>): Chain<T> {
    if (typeof listener !== 'function') return this.chain
    const said = this.#said[word] as Said<T>[W] | undefined
    if (said !== undefined) queueMicrotask(() => callContained(listener, said, this.#log))
    this.#listeners[word].push(listener)
    return this.chain
  }
}
