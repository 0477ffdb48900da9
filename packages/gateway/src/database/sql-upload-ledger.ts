import { KeyedTurns } from '../transfer/keyed-turns.ts'
import type {
  Chunk,
  Commit,
  DueSweep,
  Fence,
  NewUpload,
  Quota,
  Replace,
  Take,
  UploadLedger,
  UploadRecord,
} from '../transfer/upload-ledger.ts'
import { DatabaseError } from './database-error.ts'
import * as read from './ledger-reads.ts'
import * as write from './ledger-writes.ts'
import type { Sql } from './sql.ts'
import { toRecord, type UploadRow } from './upload-row.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const NIL_UUID = '00000000-0000-0000-0000-000000000000'
const CHUNKS_PER_PAGE = 1000
/** Each time the message id was free, then taken, then free again: more than once is a client at odds with itself. */
const OFFER_TRIES = 5

interface SqlUploadLedgerNeeds {
  readonly sql: Sql
  /** A PUT begun earlier than so long ago has landed or never will: the store's PUT timeout and a margin. */
  readonly putsSettleWithinMs: number
}

/** The ledger in PostgreSQL or PGlite; the statements are in ledger-writes.ts and ledger-reads.ts. */
export class SqlUploadLedger implements UploadLedger {
  readonly #sql: Sql
  readonly #lateMs: number
  /** By owner. In the database they would wait for each other too, but each with a connection that others need. */
  readonly #counting = new KeyedTurns()

  constructor({ sql, putsSettleWithinMs }: SqlUploadLedgerNeeds) {
    this.#sql = sql
    this.#lateMs = putsSettleWithinMs
  }

  async offer(upload: NewUpload): Promise<{ created: boolean; upload: UploadRecord }> {
    const { owner, messageId } = upload
    for (let tries = 0; tries < OFFER_TRIES; tries++) {
      const { rowCount } = await this.#sql.query(write.OFFER, offerValues(upload))
      const found =
        rowCount === 1
          ? await this.find(upload.id)
          : await this.#one(read.FIND_HOLDER, [owner, messageId ?? null])
      if (found) return { created: rowCount === 1, upload: found }
    }
    throw takenAndFreed(upload)
  }

  async offerWithin(
    quota: Quota,
    upload: NewUpload,
  ): Promise<{ created: boolean; upload: UploadRecord } | { retryAt: Date }> {
    if (upload.size > quota.bytes) throw new RangeError('an upload larger than the quota never fits')
    return this.#counting.run(upload.owner, () => this.#offerWithin(quota, upload))
  }

  async #offerWithin(
    quota: Quota,
    upload: NewUpload,
  ): Promise<{ created: boolean; upload: UploadRecord } | { retryAt: Date }> {
    for (let tries = 0; tries < OFFER_TRIES; tries++) {
      const outcome = await this.#sql.transaction((sql) => offerInTurn(sql, quota, upload))
      if (outcome) return outcome
    }
    throw takenAndFreed(upload)
  }

  async find(id: string): Promise<UploadRecord | undefined> {
    return UUID.test(id) ? this.#one(read.FIND, [id]) : undefined
  }

  findByMedia(mediaId: string): Promise<UploadRecord | undefined> {
    return this.#one(read.FIND_BY_MEDIA, [mediaId])
  }

  unfinished(owner: string): Promise<UploadRecord[]> {
    return this.#all(read.UNFINISHED, [owner])
  }

  async take({ id, epoch, committed, writer, grantNo }: Take): Promise<number | undefined> {
    const { rows } = await this.#sql.query<{ epoch: number }>(write.TAKE, [
      id,
      epoch,
      committed,
      writer,
      grantNo,
    ])
    return rows[0]?.epoch
  }

  async commit(commit: Commit): Promise<boolean> {
    const { chunks } = commit
    const last = chunks.at(-1)
    if (!last) throw new RangeError('a commit has at least one chunk (LEDGER rule 7)')
    const { rowCount } = await this.#sql.query(write.COMMIT, [
      commit.id,
      commit.epoch,
      commit.committed,
      last.stop,
      commit.state,
      commit.dirty,
      commit.expiresAfterMs,
      this.#lateMs,
      chunks.map(({ start }) => start),
      chunks.map(({ stop }) => stop),
      chunks.map(({ key }) => key),
      chunks.map(({ crc32 }) => crc32),
    ])
    return rowCount === chunks.length
  }

  fence(fence: Fence): Promise<UploadRecord | undefined> {
    return this.#one(write.FENCE, [
      fence.id,
      fence.epoch,
      fence.from,
      fence.to,
      fence.newGrant ? 1 : 0,
      fence.endedReason ?? null,
      fence.expiresAfterMs ?? null,
      fence.progressJid ?? null,
      this.#lateMs,
    ])
  }

  async replace({ id, epoch, by, writer, expiresAfterMs }: Replace): Promise<UploadRecord | undefined> {
    const { rowCount } = await this.#sql.query(write.REPLACE, [
      id,
      epoch,
      by,
      writer,
      expiresAfterMs,
      this.#lateMs,
    ])
    return rowCount === 1 ? this.find(by) : undefined
  }

  async resolve(id: string, keys: readonly string[]) {
    const { rows } = await this.#sql.query<{ epoch: number; committed: number; keys: string[] }>(
      read.RESOLVE,
      [id, keys],
    )
    const [row] = rows
    if (!row) throw new RangeError(`there is no upload ${id}`)
    return { epoch: row.epoch, committed: row.committed, present: new Set(row.keys) }
  }

  async handOverHash(id: string, sha256: string): Promise<boolean> {
    return (await this.#sql.query(write.HAND_OVER_HASH, [id, sha256])).rowCount === 1
  }

  async chunks(id: string, start: number, stop: number): Promise<Chunk[]> {
    return (await this.#sql.query<Chunk>(read.CHUNKS, [id, start, stop])).rows
  }

  async moveDelivery(move: Parameters<UploadLedger['moveDelivery']>[0]): Promise<boolean> {
    const { rowCount } = await this.#sql.query(write.MOVE_DELIVERY, [
      move.id,
      move.from,
      move.fromDevice ?? null,
      move.to,
      move.device ?? null,
      move.leaseMs ?? null,
    ])
    return rowCount === 1
  }

  async markDirty(id: string): Promise<void> {
    await this.#sql.query(write.MARK_DIRTY, [id, this.#lateMs])
  }

  expired(limit: number, but: readonly string[] = []): Promise<UploadRecord[]> {
    return this.#all(read.EXPIRED, [limit, but])
  }

  async verifying(node: string, limit: number, but: readonly string[] = []): Promise<UploadRecord[]> {
    await this.#sql.query(read.ADOPT_VERIFYING, [node, limit])
    return this.#all(read.VERIFYING, [node, limit, but])
  }

  async dueSweeps(limit: number, but: readonly string[] = []): Promise<DueSweep[]> {
    return (await this.#sql.query<DueSweep>(read.DUE_SWEEPS, [limit, but])).rows
  }

  chunkKeys(id: string): Promise<string[]> {
    return this.#keys(read.CHUNK_KEYS, [id])
  }

  async known(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(await this.#keys(read.KNOWN, [keys]))
  }

  async swept({ id, round }: DueSweep): Promise<void> {
    await this.#sql.query(write.SWEPT, [id, round])
  }

  async *allChunks(): AsyncGenerator<Chunk & { readonly uploadId: string }> {
    let after: { readonly uploadId: string; readonly start: number } | undefined = {
      uploadId: NIL_UUID,
      start: 0,
    }
    while (after) {
      const page: { rows: (Chunk & { readonly uploadId: string })[] } = await this.#sql.query(
        read.CHUNK_PAGE,
        [after.uploadId, after.start, CHUNKS_PER_PAGE],
      )
      yield* page.rows
      after = page.rows.at(-1)
    }
  }

  async beat(node: string): Promise<void> {
    await this.#sql.query(write.BEAT, [node])
  }

  async signingKey(): Promise<Uint8Array> {
    const { rows } = await this.#sql.query<{ key: Uint8Array }>('select key from signing_key')
    const [row] = rows
    if (!row) throw new DatabaseError('the signing key is missing')
    return row.key
  }

  async check(): Promise<void> {
    await this.#sql.query('select 1')
  }

  async #one(text: string, values: readonly unknown[]): Promise<UploadRecord | undefined> {
    return (await this.#all(text, values))[0]
  }

  async #all(text: string, values: readonly unknown[]): Promise<UploadRecord[]> {
    return (await this.#sql.query<UploadRow>(text, values)).rows.map(toRecord)
  }

  async #keys(text: string, values: readonly unknown[]): Promise<string[]> {
    return (await this.#sql.query<{ key: string }>(text, values)).rows.map(({ key }) => key)
  }
}

/** One of an owner after the other, so that each sees what those before it made; undefined to be tried again. */
async function offerInTurn(sql: Sql, quota: Quota, upload: NewUpload) {
  const { id, owner, messageId, size } = upload
  await sql.query(write.LOCK_OWNER, [owner])
  const holder = await sql.query<UploadRow>(read.FIND_HOLDER, [owner, messageId ?? null])
  if (holder.rows[0]) return { created: false, upload: toRecord(holder.rows[0]) }
  const late = await sql.query<{ retry_at: Date }>(write.OVER_QUOTA, [
    owner,
    quota.windowMs,
    quota.bytes,
    size,
  ])
  if (late.rows[0]) return { retryAt: late.rows[0].retry_at }
  // A node without a quota takes no turn: its offer of the same message id may come between.
  const { rowCount } = await sql.query(write.OFFER, offerValues(upload))
  if (rowCount === 0) return undefined
  const made = await sql.query<UploadRow>(read.FIND, [id])
  return made.rows[0] && { created: true, upload: toRecord(made.rows[0]) }
}

function takenAndFreed({ messageId }: NewUpload): DatabaseError {
  return new DatabaseError(`message id ${messageId} was taken and freed ${OFFER_TRIES} times meanwhile`)
}

function offerValues(upload: NewUpload): unknown[] {
  const { hash, media, delivery } = upload
  return [
    upload.id,
    upload.owner,
    upload.messageId ?? null,
    upload.size,
    typeof hash === 'object' ? hash.sha256 : null,
    hash === 'later',
    upload.expiresAfterMs,
    media.id,
    media.name,
    media.type,
    delivery?.to ?? null,
    delivery?.kind ?? null,
    delivery ? JSON.stringify(delivery.intent) : null,
    delivery?.fingerprint ?? null,
    delivery?.progressJid ?? null,
    upload.tusMetadata ?? null,
  ]
}
