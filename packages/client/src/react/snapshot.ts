/**
 * What React reads of something outside of it (useSyncExternalStore): the same value until it has changed. It watches
 * as long as anybody does; `read` is given the last value, and gives it back where nothing has changed.
 */
export class Snapshot<T> {
  readonly #read: (last: T) => T
  readonly #watch: (changed: () => void) => () => void
  readonly #listeners = new Set<() => void>()
  #held: T
  #stop: (() => void) | undefined

  constructor({
    initial,
    read,
    watch,
  }: { initial: T; read: (last: T) => T; watch: (changed: () => void) => () => void }) {
    this.#held = initial
    this.#read = read
    this.#watch = watch
  }

  // Both are fields, since React compares them.
  readonly get = (): T => {
    if (!this.#stop) this.#held = this.#read(this.#held)
    return this.#held
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    if (!this.#stop) {
      this.#stop = this.#watch(() => this.#refresh())
      // React reads again after it has subscribed.
      this.#held = this.#read(this.#held)
    }
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return
      this.#stop?.()
      this.#stop = undefined
    }
  }

  #refresh(): void {
    const next = this.#read(this.#held)
    if (next === this.#held) return
    this.#held = next
    for (const listener of [...this.#listeners]) listener()
  }
}
