import type { TourRecord } from './tour-record.ts'
import { askTour, type TourState } from './tour-server.ts'
import { addWire, countersOf, type Ways } from './wire.ts'

const POLL_MS = 300

/** Keeps an eye on the gateway: what its networks carry, how fast, and whether it has started again. */
export class ServerWatch {
  readonly #record: TourRecord
  readonly #onBack: () => void
  #startsBefore = 0
  #seen: { counters: Ways; at: number } | undefined

  /** `onBack` is told each time that the gateway is back from a restart. */
  constructor({ record, onBack }: { record: TourRecord; onBack: () => void }) {
    this.#record = record
    this.#onBack = onBack
  }

  /** For as long as the page is there. */
  async run(): Promise<never> {
    for (;;) {
      await this.look()
      this.#record.save()
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  /** Before a restart is asked for. */
  expectRestart(): void {
    this.#startsBefore = this.#record.shown.server?.starts ?? 0
    this.#record.show({ restarting: true })
  }

  async look(): Promise<void> {
    const server = await askTour().catch(() => false as const)
    if (server) this.took(server)
  }

  took(server: TourState): void {
    const { journey, shown } = this.#record
    const counters = countersOf(server)
    if (journey && journey.phase !== 'arrived') addWire(journey, counters)
    const back = shown.restarting && server.starts !== this.#startsBefore
    this.#record.show({
      server,
      rates: this.#rates(counters),
      restarting: shown.restarting && !back,
    })
    if (back) this.#onBack()
  }

  #rates(counters: Ways): Ways {
    const now = performance.now()
    const before = this.#seen ?? { counters, at: now - 1 }
    // A little history evens the figure out.
    if (now - before.at < 800 && this.#seen) return this.#rateSince(before, counters, now)
    this.#seen = { counters, at: now }
    return this.#rateSince(before, counters, now)
  }

  #rateSince(before: { counters: Ways; at: number }, counters: Ways, now: number): Ways {
    const seconds = Math.max(0.05, (now - before.at) / 1000)
    const rate = (way: 'up' | 'down') => Math.max(0, counters[way] - before.counters[way]) / seconds
    return { up: rate('up'), down: rate('down') }
  }
}
