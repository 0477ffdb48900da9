export interface OfflineMessage {
  readonly id: number
  /** The whole stanza as XML, with its delay stamp. */
  readonly frame: string
  /** Of the one device that it is for, as long as that is there. */
  readonly resource?: string | undefined
}

/** Messages that wait for their receiver to come online. */
export interface OfflineStore {
  /**
   * Durable once resolved `stored`. Answers `full` when the mailbox holds its limit already, and `unknown-account` when
   * nobody has this bare JID.
   */
  put(message: {
    to: string
    frame: string
    resource?: string | undefined
  }): Promise<'stored' | 'full' | 'unknown-account'>
  /** The oldest ones first, without those whose ids are in `except`; at most `limit`. */
  list(to: string, options: { limit: number; except: readonly number[] }): Promise<OfflineMessage[]>
  /** Idempotent. */
  remove(to: string, ids: readonly number[]): Promise<void>
}
