import { randomBytes } from 'node:crypto'
import type { Account, AccountStore } from '../../src/messaging/account-store.ts'

/** Accounts for tests, gone with the process. */
export class MemoryAccountStore implements AccountStore {
  readonly #accounts = new Map<string, Account>()
  readonly #removed = new Set<string>()
  readonly #secret = randomBytes(32)
  readonly #onRemove: (jid: string) => void

  constructor({ onRemove = () => {} }: { onRemove?: (jid: string) => void } = {}) {
    this.#onRemove = onRemove
  }

  has(jid: string): boolean {
    return this.#accounts.has(jid)
  }

  async find(jid: string): Promise<Account | undefined> {
    return this.#accounts.get(jid)
  }

  async create(
    account: Account,
    { reuseRemoved = false }: { reuseRemoved?: boolean } = {},
  ): ReturnType<AccountStore['create']> {
    const { jid } = account
    if (this.#accounts.has(jid)) return 'taken'
    const wasRemoved = this.#removed.has(jid)
    if (wasRemoved && !reuseRemoved) return 'removed'
    this.#removed.delete(jid)
    this.#accounts.set(jid, account)
    return wasRemoved ? 'reused' : 'created'
  }

  async replaceKeys(account: Account): Promise<boolean> {
    if (!this.#accounts.has(account.jid)) return false
    this.#accounts.set(account.jid, account)
    return true
  }

  async remove(jid: string): Promise<boolean> {
    this.#onRemove(jid)
    if (!this.#accounts.delete(jid)) return false
    this.#removed.add(jid)
    return true
  }

  async list(): Promise<string[]> {
    return [...this.#accounts.keys()].toSorted()
  }

  async secret(): Promise<Uint8Array> {
    return this.#secret
  }
}
