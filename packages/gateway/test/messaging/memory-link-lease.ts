import type { LinkLease } from '../../src/messaging/link-lease.ts'
import type { Clock } from '../../src/transfer/clock.ts'

/** Leases that the nodes of one test share, by the clock of the test. */
export class MemoryLinkLease implements LinkLease {
  readonly #clock: Pick<Clock, 'now'>
  readonly #leases = new Map<string, { node: string; endsAt: number }>()
  /** What the database answers from now on, instead of an answer. */
  failure: Promise<never> | undefined

  constructor({ clock }: { clock: Pick<Clock, 'now'> }) {
    this.#clock = clock
  }

  async hold({ link, node, forMs }: { link: string; node: string; forMs: number }): Promise<boolean> {
    await this.failure
    const holder = this.#living(link)
    if (holder !== undefined && holder !== node) return false
    this.#leases.set(link, { node, endsAt: this.#clock.now().getTime() + forMs })
    return true
  }

  async release({ link, node }: { link: string; node: string }): Promise<void> {
    await this.failure
    if (this.#leases.get(link)?.node === node) this.#leases.delete(link)
  }

  async holder(link: string): Promise<string | undefined> {
    return this.#living(link)
  }

  #living(link: string): string | undefined {
    const lease = this.#leases.get(link)
    return lease && lease.endsAt > this.#clock.now().getTime() ? lease.node : undefined
  }
}
