/** Runs work side by side, but what has the same key one after the other, in the order given. */
export class KeyedTurns {
  readonly #last = new Map<string, Promise<void>>()
  readonly #maxWaiting: number
  #waiting = 0

  constructor({ maxWaiting = Infinity }: { maxWaiting?: number } = {}) {
    this.#maxWaiting = maxWaiting
  }

  /** Settles as `work` does, which begins once all before it under the key have ended. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    this.#waiting += 1
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work)
    const end = () => {
      this.#waiting -= 1
      if (this.#last.get(key) === ended) this.#last.delete(key)
    }
    const ended = turn.then(end, end)
    this.#last.set(key, ended)
    return turn
  }

  /** Resolves once there is room for more, not when the work is done. `work` must not reject. */
  async add(key: string, work: () => Promise<void>): Promise<void> {
    void this.run(key, work)
    if (this.#waiting >= this.#maxWaiting) await Promise.race(this.#last.values())
  }
}
