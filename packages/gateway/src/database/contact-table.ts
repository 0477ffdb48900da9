import { type Contact, type ContactPair, isStranger, stranger } from '../messaging/contact.ts'
import type { ContactStore } from '../messaging/contact-store.ts'
import type { Sql } from './sql.ts'

interface ContactRow {
  account: string
  jid: string
  name: string | null
  groups: string[]
  listed: boolean
  sees: boolean
  is_seen: boolean
  asked: boolean
  asking: string | null
}

const PUT = `
insert into contact(account, jid, name, groups, listed, sees, is_seen, asked, asking)
values($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict(account, jid) do update set (name, groups, listed, sees, is_seen, asked, asking) = row(
  excluded.name, excluded.groups, excluded.listed, excluded.sees, excluded.is_seen, excluded.asked, excluded.asking)`

/** Rolls the transaction back. */
class Full extends Error {}

/** Contacts in PostgreSQL or PGlite. */
export class ContactTable implements ContactStore {
  readonly #sql: Sql
  readonly #maxContacts: number

  /** `maxContacts` of one account, those included who only ask. */
  constructor({ sql, maxContacts = 1000 }: { sql: Sql; maxContacts?: number }) {
    this.#sql = sql
    this.#maxContacts = maxContacts
  }

  async list(account: string): Promise<Contact[]> {
    const { rows } = await this.#sql.query<ContactRow>(
      'select * from contact where account = $1 order by jid collate "C"',
      [account],
    )
    return rows.map(contactOf)
  }

  async find(account: string, jid: string): Promise<Contact | undefined> {
    const { rows } = await this.#sql.query<ContactRow>(
      'select * from contact where account = $1 and jid = $2',
      [account, jid],
    )
    return rows[0] && contactOf(rows[0])
  }

  async watchers(account: string): Promise<string[]> {
    const { rows } = await this.#sql.query<{ jid: string }>(
      'select jid from contact where account = $1 and is_seen order by jid collate "C"',
      [account],
    )
    return rows.map(({ jid }) => jid)
  }

  async change({ account, jid, change }: Parameters<ContactStore['change']>[0]) {
    try {
      return await this.#sql.transaction(async (sql) => {
        const accounts = await lock(sql, [account, jid])
        if (!accounts.has(account)) return 'unknown-account'
        const before = await pairOf(sql, { account, jid, isAccount: accounts.has(jid) })
        const after = change(before)
        await this.#replace(sql, account, before.own, after.own)
        if (before.other && after.other) await this.#replace(sql, jid, before.other, after.other)
        return 'changed'
      })
    } catch (error) {
      if (error instanceof Full) return 'full'
      throw error
    }
  }

  async #replace(sql: Sql, account: string, before: Contact, after: Contact): Promise<void> {
    if (isStranger(after)) {
      await sql.query('delete from contact where account = $1 and jid = $2', [account, after.jid])
      return
    }
    if (isStranger(before)) {
      const { rows } = await sql.query<{ count: number }>(
        'select count(*)::int as count from contact where account = $1',
        [account],
      )
      if ((rows[0]?.count ?? 0) >= this.#maxContacts) throw new Full()
    }
    const { asked, asking, from, groups, jid, listed, name, to } = after
    const values = [account, jid, name ?? null, [...groups], listed, to, from, asked, asking ?? null]
    await sql.query(PUT, values)
  }
}

/** Those of them that there are. Always in one order, so that two relations never wait for each other. */
async function lock(sql: Sql, jids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.query<{ jid: string }>(
    'select jid from account where jid = any($1::text[]) and removed_at is null order by jid for no key update',
    [jids],
  )
  return new Set(rows.map(({ jid }) => jid))
}

async function pairOf(
  sql: Sql,
  { account, jid, isAccount }: { account: string; jid: string; isAccount: boolean },
): Promise<ContactPair> {
  const { rows } = await sql.query<ContactRow>(
    'select * from contact where (account = $1 and jid = $2) or (account = $2 and jid = $1)',
    [account, jid],
  )
  const held = (by: string, whom: string) => {
    const row = rows.find((one) => one.account === by && one.jid === whom)
    return row ? contactOf(row) : stranger(whom)
  }
  return { own: held(account, jid), other: isAccount ? held(jid, account) : undefined }
}

function contactOf(row: ContactRow): Contact {
  return {
    jid: row.jid,
    groups: row.groups,
    listed: row.listed,
    to: row.sees,
    from: row.is_seen,
    asked: row.asked,
    ...(row.name !== null && { name: row.name }),
    ...(row.asking !== null && { asking: row.asking }),
  }
}
