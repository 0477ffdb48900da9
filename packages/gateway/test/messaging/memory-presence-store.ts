import type { KeptPresence, PresenceStore } from '../../src/messaging/presence-store.ts'

interface Kept extends KeptPresence {
  readonly bare: string
  readonly node: string
}

/** Available devices for tests. A node is gone when the test says so. */
export class MemoryPresenceStore implements PresenceStore {
  readonly #kept = new Map<string, Kept>()
  readonly gone = new Set<string>()

  async put(presence: Kept): Promise<void> {
    this.#kept.set(presence.full, presence)
  }

  async remove({ full, node }: { full: string; node: string }): Promise<void> {
    if (this.#kept.get(full)?.node === node) this.#kept.delete(full)
  }

  async find(full: string): Promise<KeptPresence | undefined> {
    const kept = this.#kept.get(full)
    return kept && { full, frame: kept.frame }
  }

  async of(bares: readonly string[]): Promise<KeptPresence[]> {
    const kept = [...this.#kept.values()].filter(({ bare }) => bares.includes(bare))
    return kept
      .toSorted((one, other) => (one.full < other.full ? -1 : 1))
      .map(({ frame, full }) => ({ full, frame }))
  }

  async takeAbandoned(by: string): Promise<string[]> {
    const abandoned = [...this.#kept.values()].filter(({ node }) => node !== by && this.gone.has(node))
    for (const { full } of abandoned) this.#kept.delete(full)
    return abandoned.map(({ full }) => full)
  }
}
