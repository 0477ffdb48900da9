import type { AccountStore, Table } from './store.ts'

interface Needs {
  readonly store: AccountStore
  readonly table: Table
  readonly key: string
  /** What the entry is to hold, as of now: the newest last. */
  readonly value: () => readonly unknown[]
  /** Of what several tabs hold together, so many of the newest are kept. */
  readonly limit: number
}

/** One entry of the store for something that changes in memory more often than it can be written. */
export class KeptEntry {
  readonly #needs: Needs
  #saving: Promise<void> | undefined
  #unsaved = false

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** The value is another one than was saved. */
  changed(): void {
    this.#unsaved = true
  }

  /** Makes the value durable, if it has changed; calls in the meantime share one write. */
  save(): Promise<void> {
    this.#saving ??= this.#write().finally(() => {
      this.#saving = undefined
    })
    return this.#saving
  }

  async #write(): Promise<void> {
    const { key, store, table, value, limit } = this.#needs
    while (this.#unsaved) {
      this.#unsaved = false
      const held = store.isShared ? ((await store.get(table, key)) as unknown[] | undefined) : undefined
      await store.put(table, key, held ? union(held, value()).slice(-limit) : value())
    }
  }
}

function union(held: readonly unknown[], own: readonly unknown[]): unknown[] {
  return [...new Map([...held, ...own].map((each) => [JSON.stringify(each), each])).values()]
}
