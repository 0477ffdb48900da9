import type { Account, AccountStore } from '../messaging/account-store.ts'
import type { ScramHash, ScramKeys } from '../messaging/scram-keys.ts'
import type { Sql } from './sql.ts'

const COLUMNS = (['sha1', 'sha256'] as const).flatMap((hash) => [
  `${hash}_salt`,
  `${hash}_iterations`,
  `${hash}_stored_key`,
  `${hash}_server_key`,
])
const PLACES = COLUMNS.map((_, index) => `$${index + 2}`)

type AccountRow = { jid: string } & Record<string, unknown>

/** Accounts in PostgreSQL or PGlite. */
export class AccountTable implements AccountStore {
  readonly #sql: Sql

  constructor({ sql }: { sql: Sql }) {
    this.#sql = sql
  }

  async find(jid: string): Promise<Account | undefined> {
    const { rows } = await this.#sql.query<AccountRow>(
      'select * from account where jid = $1 and removed_at is null',
      [jid],
    )
    const row = rows[0]
    return row && { jid: row.jid, keys: { sha1: keysOf(row, 'sha1'), sha256: keysOf(row, 'sha256') } }
  }

  async create(
    account: Account,
    { reuseRemoved = false }: { reuseRemoved?: boolean } = {},
  ): ReturnType<AccountStore['create']> {
    const { jid } = account
    const values = valuesOf(account)
    const inserted = await this.#sql.query(
      `insert into account(jid, ${COLUMNS}) values($1, ${PLACES}) on conflict do nothing`,
      values,
    )
    if (inserted.rowCount === 1) return 'created'
    if (!reuseRemoved) return (await this.find(jid)) ? 'taken' : 'removed'
    const updated = await this.#sql.query(
      `update account set (${COLUMNS}) = row(${PLACES}), removed_at = null, created_at = now()
where jid = $1 and removed_at is not null`,
      values,
    )
    return updated.rowCount === 1 ? 'reused' : 'taken'
  }

  async replaceKeys(account: Account): Promise<boolean> {
    const { rowCount } = await this.#sql.query(
      `update account set (${COLUMNS}) = row(${PLACES}) where jid = $1 and removed_at is null`,
      valuesOf(account),
    )
    return rowCount === 1
  }

  remove(jid: string): Promise<boolean> {
    return this.#sql.transaction(async (sql) => {
      const { rowCount } = await sql.query(
        `update account set removed_at = now(), (${COLUMNS}) = row(${COLUMNS.map(() => 'null')})
where jid = $1 and removed_at is null`,
        [jid],
      )
      // A statement of its own: it sees the messages that the first one waited for.
      await sql.query('delete from offline_message where account = $1', [jid])
      // In one order, so that two accounts that know each other can go at once.
      await sql.query('select from contact where account = $1 or jid = $1 order by account, jid for update', [
        jid,
      ])
      for (const table of ['archive', 'archived_message', 'contact'])
        await sql.query(`delete from ${table} where account = $1`, [jid])
      // Who holds the name next is a stranger to those who knew the one before.
      await sql.query('delete from contact where jid = $1 and not listed', [jid])
      await sql.query(
        'update contact set sees = false, is_seen = false, asked = false, asking = null where jid = $1',
        [jid],
      )
      return rowCount === 1
    })
  }

  async list(): Promise<string[]> {
    const { rows } = await this.#sql.query<{ jid: string }>(
      'select jid from account where removed_at is null order by jid collate "C"',
    )
    return rows.map(({ jid }) => jid)
  }

  async secret(): Promise<Uint8Array> {
    const { rows } = await this.#sql.query<{ secret: Uint8Array }>('select secret from account_secret')
    if (!rows[0]) throw new Error('the database holds no account secret')
    return rows[0].secret
  }
}

function valuesOf({ jid, keys: { sha1, sha256 } }: Account): unknown[] {
  return [jid, ...partsOf(sha1), ...partsOf(sha256)]
}

// In the order of COLUMNS. Copied: a view into a larger buffer is nothing that a driver must get right.
function partsOf({ salt, iterations, storedKey, serverKey }: ScramKeys): unknown[] {
  return [Buffer.from(salt), iterations, Buffer.from(storedKey), Buffer.from(serverKey)]
}

function keysOf(row: AccountRow, hash: ScramHash): ScramKeys {
  return {
    salt: row[`${hash}_salt`] as Uint8Array,
    iterations: row[`${hash}_iterations`] as number,
    storedKey: row[`${hash}_stored_key`] as Uint8Array,
    serverKey: row[`${hash}_server_key`] as Uint8Array,
  }
}
