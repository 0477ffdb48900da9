const WINDOW_MS = 5_000

/** How fast bytes move, over the last seconds. */
export class SpeedMeter {
  #samples: { at: number; bytes: number }[] = []

  /** `bytes` moved so far, at a time in milliseconds. Fewer than before is a new start. */
  note(bytes: number, at: number): void {
    const last = this.#samples.at(-1)
    if (last && bytes < last.bytes) this.#samples = []
    this.#samples.push({ at, bytes })
    // One from before the window stays, so that there is always a distance to measure.
    while ((this.#samples[1]?.at ?? Infinity) < at - WINDOW_MS) this.#samples.shift()
  }

  reset(): void {
    this.#samples = []
  }

  /** Unknown until bytes have moved for a while. */
  bytesPerSecond(now: number): number | undefined {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last || now - first.at < 300 || last.bytes === first.bytes) return undefined
    return ((last.bytes - first.bytes) * 1000) / (now - first.at)
  }
}
