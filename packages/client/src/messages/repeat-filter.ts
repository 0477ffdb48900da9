import { KeptEntry } from '../persistence/kept-entry.ts'
import type { AccountStore } from '../persistence/store.ts'

const REMEMBERED = 1_000

/**
 * Tells the second copy of a message from the first (I8): by origin-id and sender, since another sender may use
 * the same id. Remembers the last 1,000, also across runs.
 */
export class RepeatFilter {
  readonly #seen: Set<string>
  readonly #entry: KeptEntry

  private constructor(store: AccountStore, seen: Set<string>) {
    this.#seen = seen
    this.#entry = new KeptEntry({
      store,
      table: 'seen',
      key: 'messages',
      value: () => [...seen],
      limit: REMEMBERED,
    })
  }

  static async load(store: AccountStore): Promise<RepeatFilter> {
    const held = (await store.get('seen', 'messages')) as string[] | undefined
    return new RepeatFilter(store, new Set(held))
  }

  /** Whether it was seen, which this call does not count as. */
  has(message: { sender: string; id: string }): boolean {
    return this.#seen.has(keyOf(message))
  }

  /** True the first time. */
  isNew(message: { sender: string; id: string }): boolean {
    if (this.has(message)) return false
    this.#seen.add(keyOf(message))
    for (const oldest of this.#seen) {
      if (this.#seen.size <= REMEMBERED) break
      this.#seen.delete(oldest)
    }
    this.#entry.changed()
    return true
  }

  /** Makes what was seen durable; calls in the meantime share one write. */
  save(): Promise<void> {
    return this.#entry.save()
  }
}

function keyOf({ sender, id }: { sender: string; id: string }): string {
  return JSON.stringify([sender, id])
}
