/** Who listens to one kind of signal. */
export class Listeners<T> {
  readonly #listeners = new Set<{ readonly call: (value: T) => void }>()
  readonly #onError: (error: unknown) => void

  /** `onError` hears what a listener threw. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  add(call: (value: T) => void): () => void {
    const entry = { call }
    this.#listeners.add(entry)
    return () => {
      this.#listeners.delete(entry)
    }
  }

  tell(value: T): void {
    for (const { call } of [...this.#listeners]) {
      try {
        call(value)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
