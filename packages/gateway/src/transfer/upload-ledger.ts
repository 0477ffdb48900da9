import type { DeliveryState, Intent, MediaKind, UploadSnapshot, UploadState } from '@sluice/protocol'

/** One upload as the ledger holds it. */
export interface UploadRecord extends UploadSnapshot {
  readonly id: string
  /** Bare JID. */
  readonly owner: string
  /** Absent for uploads that no message will carry (plain tus). */
  readonly messageId?: string | undefined
  readonly sha256?: string | undefined
  readonly epoch: number
  /** Node that holds the writer, while `receiving`. */
  readonly writer?: string | undefined
  /** False when `writer`'s heartbeat is stale by the database's time. */
  readonly writerAlive: boolean
  /** True when it was past its expiry by the database's time, as it was read. */
  readonly overdue: boolean
  readonly grantNo: number
  readonly media: { readonly id: string; readonly name: string; readonly type: string }
  readonly delivery?: DeliveryRecord | undefined
  /** tus `Upload-Metadata` as the client gave it at creation; offers have none. */
  readonly tusMetadata?: string | undefined
  /** When the upload was offered: never changes, so it dates the bytes of the media (Last-Modified). */
  readonly offeredAt: Date
}

export interface DeliveryRecord {
  readonly to: string
  readonly kind: MediaKind
  readonly intent: Intent
  readonly fingerprint?: string | undefined
  readonly state: DeliveryState
  readonly device?: string | undefined
  readonly leaseUntil?: Date | undefined
  /** Full JID that progress goes to: the one that offered or resumed last. */
  readonly progressJid?: string | undefined
}

export interface NewUpload {
  readonly id: string
  readonly owner: string
  readonly messageId?: string | undefined
  readonly size: number
  readonly hash: 'none' | 'later' | { readonly sha256: string }
  readonly media: { readonly id: string; readonly name: string; readonly type: string }
  readonly delivery?:
    | Pick<DeliveryRecord, 'to' | 'kind' | 'intent' | 'fingerprint' | 'progressJid'>
    | undefined
  readonly tusMetadata?: string | undefined
  readonly expiresAfterMs: number
}

/** The bytes [start, stop) of an upload, stored as one object. */
export interface Chunk {
  readonly start: number
  readonly stop: number
  readonly key: string
  readonly crc32: number
}

export interface Take {
  readonly id: string
  readonly epoch: number
  readonly committed: number
  readonly grantNo: number
  readonly writer: string
}

export interface Commit {
  readonly id: string
  readonly epoch: number
  /** Where the first chunk starts: what this writer believes to be committed. */
  readonly committed: number
  /** Adjacent, in order, at least one. */
  readonly chunks: readonly Chunk[]
  /** `receiving` keeps the writer; any other state ends it. */
  readonly state: 'receiving' | 'paused' | 'verifying' | 'complete'
  /** True when an object of this upload may lie in the store without a row (a PUT failed). */
  readonly dirty: boolean
  readonly expiresAfterMs: number
}

export interface Fence {
  readonly id: string
  readonly epoch: number
  readonly from: UploadState
  readonly to: UploadState
  /** True raises the grant, so that tokens given before no longer write. */
  readonly newGrant: boolean
  readonly endedReason?: 'hash-mismatch' | undefined
  /** When unfinished, moves expiry to now + this. */
  readonly expiresAfterMs?: number | undefined
  /** When given, becomes the receiver of progress stanzas. */
  readonly progressJid?: string | undefined
}

/** A limit to what one owner asks for. */
export interface Quota {
  /** Bytes of all that was offered or asked for within the window. */
  readonly bytes: number
  readonly windowMs: number
}

/** A body that begins anew, from 0, in an upload of its own. */
export interface Replace {
  /** The upload that it replaces, as it was seen. */
  readonly id: string
  readonly epoch: number
  /** Id of the new one, never used before. */
  readonly by: string
  /** The node that writes the new one. */
  readonly writer: string
  readonly expiresAfterMs: number
}

/** A sweep that is due. `round` makes {@link UploadLedger.swept} a compare-and-set. */
export interface DueSweep {
  readonly id: string
  readonly state: 'complete' | 'deleted' | 'discarded' | 'expired'
  readonly round: number
}

/**
 * The ledger of uploads: rows in PostgreSQL (or PGlite). Every write is one compare-and-set, so a stale caller
 * learns that it is stale and changes nothing. The database itself refuses a gap, an overlap, a shrinking offset
 * and a left final state (I1, I5). A rejected promise of `take`, `commit` or `fence` means an unknown outcome:
 * ask {@link resolve} or {@link find}, never assume failure.
 *
 * Sweeping (I6). An upload is dirty when an object may lie, or may yet arrive, in the store without a chunk row: its
 * writer was fenced, or a PUT failed. What must leave the store, and when, is decided as the upload ends:
 * - complete and clean: nothing to do;
 * - complete and dirty: one sweep, once no PUT can land any more (end + PUT timeout + margin): remove what the
 *   listing shows and {@link known} does not know;
 * - discarded, expired or deleted: one sweep at once, which removes the objects of its chunk rows and all that the
 *   listing shows; when dirty, a second one for the PUTs that were still under way.
 * {@link dueSweeps} lists them, {@link swept} records that one was done and sets the next one, if any.
 */
export interface UploadLedger {
  /**
   * Inserts, or answers the upload that this owner already has under this message id (`created` false), whatever its
   * other fields: comparing them is the caller's. A discarded or expired one has left the message id free.
   */
  offer(upload: NewUpload): Promise<{ created: boolean; upload: UploadRecord }>
  /**
   * As {@link offer}, but a new upload that would take its owner past the quota is not made: answers from when on, by
   * the database's time, enough of what counts will have left the window. All count that were made within it, whatever
   * became of them, but for those that were replaced. Of offers that come at once no more are made than fit. A quota
   * smaller than the upload itself is the caller's mistake.
   */
  offerWithin(
    quota: Quota,
    upload: NewUpload,
  ): Promise<{ created: boolean; upload: UploadRecord } | { retryAt: Date }>
  /** Any text can be asked for; one that is no UUID is found nowhere. */
  find(id: string): Promise<UploadRecord | undefined>
  findByMedia(mediaId: string): Promise<UploadRecord | undefined>
  /**
   * Not complete and not ended, or complete with a message that waits for a device: unsent, withheld, or claimed
   * under a lease that is over by the database's time. The oldest 1,000, oldest first.
   */
  unfinished(owner: string): Promise<UploadRecord[]>

  /**
   * Becomes the writer; answers the new epoch, or undefined when the row is no longer as the caller saw it, or has
   * expired by the database's time. An earlier writer is fenced by it.
   */
  take(take: Take): Promise<number | undefined>
  /**
   * Records chunks and moves `committed`, both or neither; false when overtaken, or when this very commit was already
   * recorded: only {@link resolve} tells these apart. `verifying` leaves the upload with the node that wrote it.
   * Rejects when the chunks leave a gap, overlap, go past the size or do not end as the state demands.
   */
  commit(commit: Commit): Promise<boolean>
  /**
   * Ends any writer and moves the state; answers the new row, or undefined when the row is no longer as seen. To
   * `expired` only when it still is past its expiry by the database's time, and from `verifying` only while its hash is
   * due: a commit and a handed over hash change that without a new epoch.
   */
  fence(fence: Fence): Promise<UploadRecord | undefined>
  /**
   * Never splices two sources (LEDGER rule 3): ends an unfinished upload that no message carries as discarded and puts
   * a new, empty one in its place, both or neither. The new one has its owner, size and age, the media now belongs to
   * it, and `writer` is at work there under epoch 1. One that is discarded already is replaced as well. A writer of the
   * old one is fenced, its bytes are swept, and {@link find} knows it no more. Answers the new row, or undefined when
   * the old one is no longer as seen, is past its expiry by the database's time, or cannot be replaced. An unknown
   * outcome is told by {@link findByMedia}.
   */
  replace(replace: Replace): Promise<UploadRecord | undefined>
  /**
   * What became of a commit whose answer was lost: which of these keys are recorded. Rejects for an upload
   * that is not there: nothing that knows its id deletes its row.
   */
  resolve(
    id: string,
    keys: readonly string[],
  ): Promise<{ epoch: number; committed: number; present: ReadonlySet<string> }>

  /**
   * absent (`later`) → this value, once. True when this value is (already) there; false when another one is, when no
   * hash was announced or when the upload has ended.
   */
  handOverHash(id: string, sha256: string): Promise<boolean>
  /** Chunks that cover [start, stop), in order. */
  chunks(id: string, start: number, stop: number): Promise<Chunk[]>
  /**
   * Compare-and-set of the delivery machine; `leaseMs` counts from the database's now. A lease that still runs by the
   * database's time is moved only by the device that holds it (`device`), whatever the caller believes of the time;
   * and only the message of a complete upload is claimed (I8).
   */
  moveDelivery(move: {
    id: string
    from: DeliveryState
    /** The device that the caller saw, part of the compare. */
    fromDevice?: string | undefined
    to: DeliveryState
    device?: string | undefined
    leaseMs?: number | undefined
  }): Promise<boolean>

  /** Marks that an object may lie in the store without a row; at a complete or ended upload, sets a sweep. Idempotent. */
  markDirty(id: string): Promise<void>
  /**
   * Uploads past their expiry by the database's time, earliest first: offered, receiving, paused, cancelled, and
   * verifying when it still waits for its hash. Without those of the ids `but`.
   */
  expired(limit: number, but?: readonly string[]): Promise<UploadRecord[]>
  /**
   * Makes `node` responsible for uploads in `verifying` that no living node is responsible for, and answers all that
   * it is responsible for, so also those that it works on already: what failed is found again. Oldest first. One that
   * still waits for its hash is not among them, nor are those of the ids `but`.
   */
  verifying(node: string, limit: number, but?: readonly string[]): Promise<UploadRecord[]>
  /**
   * Complete, deleted, discarded and expired uploads whose sweep is due, by the database's time; longest due first.
   * Without those of the ids `but`.
   */
  dueSweeps(limit: number, but?: readonly string[]): Promise<DueSweep[]>
  /** The keys of an upload's chunk rows, in order. */
  chunkKeys(id: string): Promise<string[]>
  /** Of these keys, those that a chunk row or a doomed row of any upload knows (concatenation moves them). */
  known(keys: readonly string[]): Promise<ReadonlySet<string>>
  /**
   * Records that this round is done, by one who began after {@link dueSweeps} told it: deletes the chunk rows of an
   * ended upload (its objects are gone), keeps those of a complete one; sets the sweep for late PUTs when it was not
   * that one yet, else closes it. Another round's caller changes nothing. Idempotent.
   */
  swept(sweep: DueSweep): Promise<void>
  /** Every chunk row, by upload and start, read page by page; for `sluice verify`. */
  allChunks(): AsyncIterable<Chunk & { readonly uploadId: string }>

  /** Says that this node lives; a node silent for 10 s is dead. */
  beat(node: string): Promise<void>
  /** HS256 key that signs upload tokens, shared by all nodes: made by the first migration. */
  signingKey(): Promise<Uint8Array>
  /** For readiness: rejects when the database does not answer. */
  check(): Promise<void>
}
