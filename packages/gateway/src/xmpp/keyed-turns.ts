/** Runs work side by side, but what has the same key one after the other, in the order given. */
export class KeyedTurns {
  readonly #last = new Map<string, Promise<void>>()
  readonly #maxWaiting: number
  #waiting = 0

  constructor({ maxWaiting }: { maxWaiting: number }) {
    this.#maxWaiting = maxWaiting
  }

  /** Resolves once there is room for more, not when the work is done. `work` must not reject. */
  async add(key: string, work: () => Promise<void>): Promise<void> {
    this.#waiting += 1
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work).finally(() => {
      this.#waiting -= 1
      if (this.#last.get(key) === turn) this.#last.delete(key)
    })
    this.#last.set(key, turn)
    if (this.#waiting >= this.#maxWaiting) await Promise.race(this.#last.values())
  }
}
