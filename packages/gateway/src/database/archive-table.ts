import type {
  ArchiveCopy,
  ArchivedMessage,
  ArchiveFilter,
  ArchivePage,
  ArchiveRule,
  ArchiveStore,
} from '../messaging/archive-store.ts'
import { EXPIRE, FIND, FORGET, PUT, SET_RULE, selectPage, TRIM } from './archive-statements.ts'
import type { Sql } from './sql.ts'

interface MessageRow {
  place: number
  frame: string
  at: Date
}

/** What an archive is trimmed to: a trim for each message would read the whole archive each time. */
const TRIM_TO = 0.95

/** Of a character of JavaScript, at most. */
const UTF8_BYTES = 3

/** Archives in PostgreSQL or PGlite. */
export class ArchiveTable implements ArchiveStore {
  readonly #sql: Sql
  readonly #maxMessages: number
  readonly #maxBytes: number

  /** The bounds are for one account: messages, and bytes of their XML. */
  constructor({
    sql,
    maxMessages = 10_000,
    maxBytes = 64 * 1024 * 1024,
  }: {
    sql: Sql
    maxMessages?: number
    maxBytes?: number
  }) {
    this.#sql = sql
    this.#maxMessages = maxMessages
    this.#maxBytes = maxBytes
  }

  put({ at, copies, frame }: Parameters<ArchiveStore['put']>[0]): ReturnType<ArchiveStore['put']> {
    const accounts = copies.map(({ account }) => account)
    return this.#sql.transaction(async (sql) => {
      // A removal waits for it, and takes the copies along.
      const { rowCount } = await sql.query(
        'select 1 from account where jid = any($1::text[]) and removed_at is null order by jid for share',
        [accounts],
      )
      if (rowCount < accounts.length) return undefined
      const ids = new Map<string, string>()
      // In one order, so that two messages never wait for each other.
      for (const copy of copies.toSorted((one, other) => (one.account < other.account ? -1 : 1))) {
        const id = await this.#putCopy(sql, copy, { at, frame })
        if (id !== undefined) ids.set(copy.account, id)
      }
      return ids
    })
  }

  async #putCopy(
    sql: Sql,
    { account, peer }: ArchiveCopy,
    { at, frame }: { at: Date; frame: string },
  ): Promise<string | undefined> {
    const [bare = '', resource] = splitJid(peer)
    const bytes = Buffer.byteLength(frame)
    const { rows } = await sql.query<{ last: number; messages: number; bytes: number }>(PUT, [
      account,
      bare,
      resource ?? null,
      at,
      bytes,
      frame,
    ])
    const archive = rows[0]
    if (!archive) return undefined
    if (archive.messages > this.#maxMessages || archive.bytes > this.#maxBytes) {
      await sql.query(TRIM, [
        account,
        Math.floor(this.#maxMessages * TRIM_TO),
        Math.floor(this.#maxBytes * TRIM_TO),
      ])
    }
    return String(archive.last)
  }

  async forget(copies: ReadonlyMap<string, string>): Promise<void> {
    for (const [account, id] of copies) await this.#sql.query(FORGET, [account, id])
  }

  async find(account: string, id: string): Promise<ArchivedMessage | undefined> {
    const { rows } = await this.#sql.query<MessageRow>(FIND, [account, id])
    return rows[0] && messageOf(rows[0])
  }

  async page(query: Parameters<ArchiveStore['page']>[0]): Promise<ArchivePage | undefined> {
    const { account, filter, from, max, maxCharacters } = query
    const isBackward = 'before' in from
    const anchor = isBackward ? from.before || undefined : from.after
    if (anchor !== undefined && !(await this.#wasGiven(account, anchor))) return undefined
    // One more than asked for tells whether there is more.
    const { rows } = await this.#sql.query<MessageRow>(selectPage(isBackward ? 'backward' : 'forward'), [
      account,
      anchor ?? null,
      ...valuesOf(filter),
      max + 1,
      maxCharacters * UTF8_BYTES,
    ])
    let characters = 0
    const fits = rows.findIndex(({ frame }, index) => {
      characters += frame.length
      return index === max || (index > 0 && characters > maxCharacters)
    })
    const messages = (fits < 0 ? rows : rows.slice(0, fits)).map(messageOf)
    return { messages: isBackward ? messages.toReversed() : messages, complete: fits < 0 }
  }

  async rule(account: string): Promise<ArchiveRule> {
    const { rows } = await this.#sql.query<{ rule: ArchiveRule }>(
      'select rule from archive where account = $1',
      [account],
    )
    return rows[0]?.rule ?? 'always'
  }

  async setRule(account: string, rule: ArchiveRule): Promise<void> {
    await this.#sql.query(SET_RULE, [account, rule])
  }

  async expire(before: Date): Promise<number> {
    const { rowCount } = await this.#sql.query(EXPIRE, [before])
    return rowCount
  }

  /** What has been trimmed since still has its place in the order. */
  async #wasGiven(account: string, id: string): Promise<boolean> {
    if (!/^[1-9]\d{0,14}$/.test(id)) return false
    const { rows } = await this.#sql.query<{ last: number }>('select last from archive where account = $1', [
      account,
    ])
    return Number(id) <= (rows[0]?.last ?? 0)
  }
}

function valuesOf(filter: ArchiveFilter): unknown[] {
  const [bare, resource] = splitJid(filter.with ?? '')
  return [bare || null, resource ?? null, filter.start ?? null, filter.end ?? null]
}

function splitJid(jid: string): [bare: string | undefined, resource?: string] {
  const slash = jid.indexOf('/')
  return slash < 0 ? [jid] : [jid.slice(0, slash), jid.slice(slash + 1)]
}

function messageOf({ at, frame, place }: MessageRow): ArchivedMessage {
  return { id: String(place), frame, at }
}
