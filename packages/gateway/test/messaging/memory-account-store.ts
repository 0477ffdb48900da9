import { randomBytes } from 'node:crypto'
import type { Account, AccountStore } from '../../src/messaging/account-store.ts'

/** Accounts for tests, gone with the process. */
export class MemoryAccountStore implements AccountStore {
  readonly #accounts = new Map<string, Account>()
  readonly #secret = randomBytes(32)
  readonly #onRemove: (jid: string) => void

  constructor({ onRemove = () => {} }: { onRemove?: (jid: string) => void } = {}) {
    this.#onRemove = onRemove
  }

  async find(jid: string): Promise<Account | undefined> {
    return this.#accounts.get(jid)
  }

  async create(account: Account): Promise<boolean> {
    if (this.#accounts.has(account.jid)) return false
    this.#accounts.set(account.jid, account)
    return true
  }

  async replaceKeys(account: Account): Promise<boolean> {
    if (!this.#accounts.has(account.jid)) return false
    this.#accounts.set(account.jid, account)
    return true
  }

  async remove(jid: string): Promise<boolean> {
    this.#onRemove(jid)
    return this.#accounts.delete(jid)
  }

  async list(): Promise<string[]> {
    return [...this.#accounts.keys()].toSorted()
  }

  async secret(): Promise<Uint8Array> {
    return this.#secret
  }
}
