import { Refusal } from '@sluice/protocol'
import { BudgetAccount, type BudgetPool, GRANT_BYTES } from './budget-account.ts'
import type { Clock } from './clock.ts'

/** PUTs of one upload under way at once. */
export const MAX_PUTS = 3
const MIN_SHARE_BYTES = 256 * 1024
const MIN_CHUNK_BYTES = 64 * 1024
const MAX_CHUNK_BYTES = 8 * 1024 * 1024
const PRESSURE = 0.95
// Where a share has no room for MAX_PUTS full chunks and one that fills: measured, few larger PUTs beat many small ones.
const CHUNKS_IN_SHARE = 2
const STARVING_AFTER_MS = 1_000
const ADMISSION_MS = 10_000
const TICK_MS = 250

/**
 * One budget of memory for all request bodies of this process, shared fairly. Out of budget means not reading
 * the socket, so TCP slows the sender down. A slow body holds little and not for long: under pressure its bytes are
 * cut and sent to the store, so it cannot starve a fast one.
 */
export class MemoryBudget implements BudgetPool {
  readonly #bytes: number
  readonly #clock: Clock
  readonly #accounts = new Set<BudgetAccount>()
  readonly #admissions: (() => void)[] = []
  readonly #stopTicking: () => void
  #total = 0
  #active = 0
  #expected = 0

  constructor(needs: { bytes: number; clock: Clock }) {
    this.#bytes = needs.bytes
    this.#clock = needs.clock
    this.#stopTicking = needs.clock.every(TICK_MS, () => this.#relieveStarving())
  }

  /** Bytes charged or granted at the moment. */
  get totalBytes(): number {
    return this.#total
  }

  /** What one upload may hold, pending and in PUTs together. */
  get shareBytes(): number {
    return Math.max(MIN_SHARE_BYTES, this.#bytes / Math.max(1, this.#active))
  }

  /** The length at which a chunk is cut. */
  get targetBytes(): number {
    return Math.floor(Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, this.shareBytes / CHUNKS_IN_SHARE)))
  }

  /**
   * Admits one more body. While the admitted ones could fill the budget with their least shares, it waits unread:
   * throws `over-budget` after 10 s, or `signal`'s reason.
   */
  async open(signal?: AbortSignal): Promise<BudgetAccount> {
    signal?.throwIfAborted()
    if (!this.#admits()) await this.#admission(signal)
    else this.#expected++
    this.#expected--
    const account = new BudgetAccount(this, this.#clock)
    this.#accounts.add(account)
    return account
  }

  close(): void {
    this.#stopTicking()
  }

  fits(account: BudgetAccount): boolean {
    return this.#hasRoom() && this.#withinShare(account)
  }

  move(bytes: number): void {
    this.#total += bytes
  }

  activate(by: 1 | -1): void {
    this.#active += by
  }

  /** The largest pending goes out, or the oldest when all are small. */
  relieve(): void {
    if (this.#total <= PRESSURE * this.#bytes) return
    let largest: BudgetAccount | undefined
    for (const account of this.#accounts) {
      if (account.canCut && account.pending > (largest?.pending ?? 0)) largest = account
    }
    if (largest && largest.pending >= GRANT_BYTES) largest.cutNow()
    else this.#oldest()?.cutNow()
  }

  /** Those who hold least read on first. */
  wake(): void {
    const waiting = [...this.#accounts].filter((account) => account.waitingSince !== undefined)
    waiting.sort((one, other) => one.held - other.held)
    for (const account of waiting) {
      if (!this.#hasRoom()) return
      if (account.waitingSince !== undefined && this.#withinShare(account)) account.grant()
    }
  }

  leave(account: BudgetAccount): void {
    this.#accounts.delete(account)
    while (this.#admissions.length > 0 && this.#admits()) {
      this.#expected++
      this.#admissions.shift()?.()
    }
    this.wake()
  }

  #admits(): boolean {
    const bodies = this.#accounts.size + this.#expected
    return bodies === 0 || (bodies + 1) * MIN_SHARE_BYTES <= this.#bytes
  }

  async #admission(signal: AbortSignal | undefined): Promise<void> {
    const done = new AbortController()
    const stop = signal ? AbortSignal.any([signal, done.signal]) : done.signal
    let admitted = false
    const turn = new Promise<void>((resolve) => {
      const admit = () => {
        admitted = true
        resolve()
      }
      this.#admissions.push(admit)
      void this.#clock.sleep(ADMISSION_MS, stop).then(() => {
        const place = this.#admissions.indexOf(admit)
        if (place >= 0) this.#admissions.splice(place, 1)
        resolve()
      })
    })
    await turn
    done.abort()
    if (admitted) return
    signal?.throwIfAborted()
    throw new Refusal('over-budget')
  }

  #hasRoom(): boolean {
    return this.#total + GRANT_BYTES <= this.#bytes || this.#total === 0
  }

  #withinShare(account: BudgetAccount): boolean {
    const target = this.targetBytes
    const limit = Math.min(this.shareBytes, (1 + MAX_PUTS) * target)
    return account.pending < target && account.held + GRANT_BYTES <= limit
  }

  #oldest(): BudgetAccount | undefined {
    let oldest: BudgetAccount | undefined
    for (const account of this.#accounts) {
      if (account.canCut && account.pendingSince < (oldest?.pendingSince ?? Number.POSITIVE_INFINITY))
        oldest = account
    }
    return oldest
  }

  // By timer: readers that wait get no 'data' that could remind us.
  #relieveStarving(): void {
    if (this.#hasRoom()) return
    const since = this.#clock.now().getTime() - STARVING_AFTER_MS
    for (const account of this.#accounts) {
      if (account.waitingSince !== undefined && account.waitingSince <= since) {
        this.#oldest()?.cutNow()
        return
      }
    }
  }
}
