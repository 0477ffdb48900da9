import type { Log } from './log.ts'

/** A set of listeners; what one throws or rejects with is logged and reaches nobody else. */
export class Listeners<T> {
  readonly #log: Log
  readonly #held = new Set<(value: T) => unknown>()

  constructor(log: Log) {
    this.#log = log
  }

  /** Returns what removes the listener. */
  add(listener: (value: T) => unknown): () => void {
    // Wrapped, so that the same function added twice is called and removed twice.
    const entry = (value: T) => listener(value)
    this.#held.add(entry)
    return () => void this.#held.delete(entry)
  }

  emit(value: T): void {
    for (const listener of [...this.#held]) callContained(listener, value, this.#log)
  }
}

/** Calls an app's function; what it throws or rejects with is logged, never passed on. */
export function callContained<T>(listener: (value: T) => unknown, value: T, log: Log): void {
  const contain = (error: unknown) => log('error', 'a listener failed', { error })
  try {
    const result = listener(value)
    if (result instanceof Promise) result.catch(contain)
  } catch (error) {
    contain(error)
  }
}
