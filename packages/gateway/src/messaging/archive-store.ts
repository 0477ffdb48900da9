/** Of whose messages an account keeps copies (XEP-0313 §5): of all, of none, or of those on its roster. */
export type ArchiveRule = 'always' | 'never' | 'roster'

export interface ArchiveCopy {
  /** Bare JID. */
  readonly account: string
  /** Full or bare JID of who is at the other end. */
  readonly peer: string
}

export interface ArchivedMessage {
  /** Its place: canonical decimals, growing in the order in which the archive got its messages. */
  readonly id: string
  /** The whole stanza as XML. */
  readonly frame: string
  readonly at: Date
}

export interface ArchiveFilter {
  /** Bare: any device of it. Full: this one. */
  readonly with?: string | undefined
  /** Both ends belong to it. */
  readonly start?: Date | undefined
  readonly end?: Date | undefined
}

/** A part of what the filter leaves, oldest first. */
export interface ArchivePage {
  readonly messages: readonly ArchivedMessage[]
  /** Nothing is left in the direction in which the page was read. */
  readonly complete: boolean
}

/** What accounts sent and got. */
export interface ArchiveStore {
  /**
   * Keeps one copy for each of the accounts that wants it, all or none; durable once resolved. Answers the ids by
   * account, or undefined when one of the accounts is not there. What is read after an id never misses a copy that was
   * put before it was told. The oldest go when there are too many, or they hold too many bytes.
   */
  put(message: {
    readonly frame: string
    readonly at: Date
    readonly copies: readonly ArchiveCopy[]
  }): Promise<ReadonlyMap<string, string> | undefined>
  /** Takes copies back. Idempotent. */
  forget(copies: ReadonlyMap<string, string>): Promise<void>
  find(account: string, id: string): Promise<ArchivedMessage | undefined>
  /**
   * Up to `max` of them, fewer when they hold more than `maxCharacters`, but at least one: those behind `after`, or the
   * last ones before `before`, the newest of all when that is empty. Answers undefined for an id that was never given.
   */
  page(query: {
    readonly account: string
    readonly filter: ArchiveFilter
    readonly from: { readonly after?: string | undefined } | { readonly before: string }
    readonly max: number
    readonly maxCharacters: number
  }): Promise<ArchivePage | undefined>
  rule(account: string): Promise<ArchiveRule>
  /** Does nothing when there is no such account. */
  setRule(account: string, rule: ArchiveRule): Promise<void>
  /** Removes what is older, a bounded number at once; answers how many. */
  expire(before: Date): Promise<number>
}
