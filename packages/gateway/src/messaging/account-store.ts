import type { ScramHash, ScramKeys } from './scram-keys.ts'

export interface Account {
  /** Bare JID, prepared. */
  readonly jid: string
  readonly keys: Readonly<Record<ScramHash, ScramKeys>>
}

/** Where accounts live. No method sees a password. */
export interface AccountStore {
  find(jid: string): Promise<Account | undefined>
  /**
   * Two that race never both win. Changes nothing when the JID is `taken`, or `removed`: once somebody's, whose uploads
   * may still be there. With `reuseRemoved` such a one is given out again, which is `reused`.
   */
  create(
    account: Account,
    options?: { reuseRemoved?: boolean },
  ): Promise<'created' | 'reused' | 'taken' | 'removed'>
  /** False when there is no such account. */
  replaceKeys(account: Account): Promise<boolean>
  /** Takes the messages that wait for it along, and keeps the name. False when there is no such account. */
  remove(jid: string): Promise<boolean>
  /** Bare JIDs, in order. */
  list(): Promise<string[]>
  /** At least 16 random bytes, the same for all nodes and all time: salts of accounts that do not exist come from it. */
  secret(): Promise<Uint8Array>
}
