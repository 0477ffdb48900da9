import type { Clock } from './clock.ts'

/** What a reader is granted before it reads: one socket read brings at most this much. */
export const GRANT_BYTES = 64 * 1024

// Measured: a body of 1-byte HTTP chunks costs 452 bytes of memory for each.
const MIN_COST_BYTES = 512

/** What the budget asks of the body's reader. */
export interface BudgetReader {
  /** True when pending bytes could go to the store now: a PUT is free. */
  canCut(): boolean
  /** Sends the pending bytes to the store. */
  cut(): void
  /** A read was granted after {@link BudgetAccount.reserve} had refused. */
  room(): void
}

/** What an account needs of the budget it belongs to. */
export interface BudgetPool {
  readonly targetBytes: number
  /** May this one read on? */
  fits(account: BudgetAccount): boolean
  /** Memory was taken (positive) or given back. */
  move(bytes: number): void
  /** It became active or idle, which changes every share. */
  activate(by: 1 | -1): void
  /** After a charge: when memory grows short, somebody's pending bytes go out. */
  relieve(): void
  /** Something was given back: those who wait may go on. */
  wake(): void
  /** Its body is over. */
  leave(account: BudgetAccount): void
}

/** One body's part in the memory budget: what it holds, and whether it may read on. All in bytes. */
export class BudgetAccount {
  readonly #budget: BudgetPool
  readonly #clock: Clock
  #reader: BudgetReader | undefined
  #pending = 0
  #inPut = 0
  #granted = 0
  #pendingSince = Number.POSITIVE_INFINITY
  #waitingSince: number | undefined
  #active = false

  constructor(budget: BudgetPool, clock: Clock) {
    this.#budget = budget
    this.#clock = clock
  }

  get pending(): number {
    return this.#pending
  }

  get held(): number {
    return this.#pending + this.#inPut
  }

  /** When the oldest pending byte came, in ms; infinite without one. */
  get pendingSince(): number {
    return this.#pendingSince
  }

  get waitingSince(): number | undefined {
    return this.#waitingSince
  }

  get canCut(): boolean {
    return this.#pending > 0 && (this.#reader?.canCut() ?? false)
  }

  /** True when the pending bytes are a chunk's worth. */
  get isFull(): boolean {
    return this.#pending >= this.#budget.targetBytes
  }

  attach(reader: BudgetReader): void {
    this.#reader = reader
  }

  /** Asks for one more read; when refused, `room` follows as soon as there is. */
  reserve(): boolean {
    if (this.#granted > 0) return true
    if (this.#budget.fits(this)) {
      this.#take()
      return true
    }
    this.#waitingSince ??= this.#clock.now().getTime()
    this.#refresh()
    return false
  }

  /** A buffer came: it takes the place of the grant. */
  charge(length: number): void {
    const cost = Math.max(length, MIN_COST_BYTES)
    if (this.#pending === 0) this.#pendingSince = this.#clock.now().getTime()
    this.#pending += cost
    this.#budget.move(cost - this.#granted)
    this.#granted = 0
    this.#refresh()
  }

  /** After {@link charge} and the cut it may have led to. */
  relieve(): void {
    this.#budget.relieve()
  }

  /** The pending bytes become a PUT's; answers what {@link release} gives back later. */
  moveToPut(): number {
    const cost = this.#pending
    this.#inPut += cost
    this.#pending = 0
    this.#pendingSince = Number.POSITIVE_INFINITY
    if (this.#waitingSince !== undefined && this.#budget.fits(this)) this.grant()
    return cost
  }

  /** A PUT ended, however. */
  release(cost: number): void {
    this.#inPut -= cost
    this.#budget.move(-cost)
    this.#refresh()
    this.#budget.wake()
  }

  /** The reader reads no more; what it holds stays charged. */
  stopReading(): void {
    this.#budget.move(-this.#granted)
    this.#granted = 0
    this.#waitingSince = undefined
    this.#refresh()
    this.#budget.wake()
  }

  /** Gives everything back. Idempotent. */
  close(): void {
    this.#budget.move(-(this.held + this.#granted))
    this.#pending = 0
    this.#inPut = 0
    this.#granted = 0
    this.#pendingSince = Number.POSITIVE_INFINITY
    this.#waitingSince = undefined
    this.#refresh()
    this.#budget.leave(this)
  }

  /** For the budget. */
  grant(): void {
    this.#waitingSince = undefined
    this.#take()
    this.#refresh()
    this.#reader?.room()
  }

  /** For the budget. */
  cutNow(): void {
    this.#reader?.cut()
  }

  #take(): void {
    this.#granted = GRANT_BYTES
    this.#budget.move(GRANT_BYTES)
  }

  #refresh(): void {
    const active = this.held > 0 || this.#waitingSince !== undefined
    if (active === this.#active) return
    this.#active = active
    this.#budget.activate(active ? 1 : -1)
  }
}
