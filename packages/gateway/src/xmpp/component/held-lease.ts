import type { LinkLease } from '../../messaging/link-lease.ts'
import type { Clock } from '../../transfer/clock.ts'
import type { Logger } from '../../transfer/logger.ts'
import type { ComponentLimits } from './component-limits.ts'

interface Needs {
  readonly lease: LinkLease
  readonly link: string
  /** This process, unique among the living and the dead. */
  readonly node: string
  readonly clock: Pick<Clock, 'sleep'>
  readonly logger: Logger
  readonly limits: Pick<ComponentLimits, 'leaseMs' | 'leaseMarginMs' | 'leaseEveryMs'>
}

/** A lease while this node holds it: renewed by itself, and lost before another node could take it. */
export class HeldLease {
  readonly #needs: Needs
  readonly #lost = new AbortController()
  /** Nobody waits for it to be given back any more: by then it may have been taken again. */
  #abandoned = false
  /** Ends the wait for the end of the lease as it was last renewed. */
  #counted = new AbortController()
  #renewing: Promise<void> = Promise.resolve()

  /** Undefined while another node holds it. Rejects when that cannot be known. */
  static async take(needs: Needs): Promise<HeldLease | undefined> {
    const held = new HeldLease(needs)
    if (!(await held.#renew()) || held.lost.aborted) return undefined
    held.#renewing = held.#keep()
    return held
  }

  private constructor(needs: Needs) {
    this.#needs = needs
  }

  /** Aborts when the lease can no longer be counted on, or when it was released. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** Gives it back, so that another node need not wait for its end. Never rejects, and never waits longer than that. */
  async release(): Promise<void> {
    const { clock, limits, link, logger } = this.#needs
    this.#lose()
    const given = new AbortController()
    const giving = this.#giveBack()
      .catch((err: unknown) =>
        logger.warn({ err, link }, 'the lease of the component could not be given back, it ends by itself'),
      )
      .finally(() => given.abort())
    await Promise.race([giving, clock.sleep(limits.leaseMs, given.signal)])
    this.#abandoned = true
  }

  async #giveBack(): Promise<void> {
    const { lease, link, node } = this.#needs
    // A renewal under way would take it again.
    await this.#renewing
    if (this.#abandoned) return
    await lease.release({ link, node })
  }

  async #keep(): Promise<void> {
    const { clock, limits, link, logger } = this.#needs
    for (;;) {
      await clock.sleep(limits.leaseEveryMs, this.lost)
      if (this.lost.aborted) return
      try {
        if (!(await this.#renew())) this.#lose()
      } catch (err) {
        logger.warn({ err, link }, 'the lease of the component could not be renewed')
      }
    }
  }

  async #renew(): Promise<boolean> {
    const { clock, lease, limits, link, node } = this.#needs
    const counted = new AbortController()
    // Counted from before we ask: the database counts from later on.
    const over = clock.sleep(limits.leaseMs - limits.leaseMarginMs, counted.signal)
    void over.then(() => {
      if (!counted.signal.aborted) this.#lose()
    })
    try {
      if (await lease.hold({ link, node, forMs: limits.leaseMs })) {
        this.#counted.abort()
        this.#counted = counted
        if (this.lost.aborted) counted.abort()
        return true
      }
    } catch (error) {
      counted.abort()
      throw error
    }
    counted.abort()
    return false
  }

  #lose(): void {
    this.#counted.abort()
    this.#lost.abort()
  }
}
