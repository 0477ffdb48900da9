import type { Clock } from '../../src/transfer/clock.ts'

interface Timer {
  at: number
  readonly everyMs: number | undefined
  readonly run: () => void
}

/** Time that passes only when a test says so. It begins at the real time, which the database also lives by. */
export class HandClock implements Clock {
  #now = Date.now()
  readonly #timers = new Set<Timer>()

  now(): Date {
    return new Date(this.#now)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = { at: this.#now + ms, everyMs: undefined, run: () => end() }
      const end = () => {
        this.#timers.delete(timer)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      if (signal?.aborted) return resolve()
      this.#timers.add(timer)
      signal?.addEventListener('abort', end)
    })
  }

  every(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, everyMs: ms, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets `ms` pass, and every timer go off in its turn. */
  pass(ms: number): void {
    const until = this.#now + ms
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#now = next.at
      if (next.everyMs === undefined) this.#timers.delete(next)
      else next.at += next.everyMs
      next.run()
    }
    this.#now = until
  }

  /** Lets time pass in steps until `work` settles, but not while `isBusy`: real work takes no time. */
  async passUntil<T>(work: Promise<T>, stepMs: number, isBusy: () => boolean): Promise<T> {
    let settled = false
    const watched = work.finally(() => {
      settled = true
    })
    watched.catch(() => {})
    const latest = Date.now() + 15_000
    while (!settled) {
      if (Date.now() > latest) throw new Error('it did not settle, however much time passed')
      await new Promise((resolve) => setImmediate(resolve))
      if (!settled && !isBusy()) this.pass(stepMs)
    }
    return await watched
  }

  #next(until: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) if (timer.at <= until && timer.at < (next?.at ?? Infinity)) next = timer
    return next
  }
}
