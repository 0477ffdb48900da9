import type { LinkLease } from '../messaging/link-lease.ts'
import type { Sql } from './sql.ts'

/** Leases of links in PostgreSQL or PGlite, by the time of the database. */
export class LinkLeaseTable implements LinkLease {
  readonly #sql: Sql

  constructor({ sql }: { sql: Sql }) {
    this.#sql = sql
  }

  async hold({ link, node, forMs }: { link: string; node: string; forMs: number }): Promise<boolean> {
    // Not now(): that is when the transaction began, and it may have waited for the row since.
    const { rowCount } = await this.#sql.query(
      `insert into link_lease(link, node, ends_at)
        values($1, $2, clock_timestamp() + $3::int * interval '1 millisecond')
        on conflict (link) do update set node = excluded.node, ends_at = excluded.ends_at
        where link_lease.node = excluded.node or link_lease.ends_at <= clock_timestamp()`,
      [link, node, forMs],
    )
    return rowCount === 1
  }

  async release({ link, node }: { link: string; node: string }): Promise<void> {
    await this.#sql.query('delete from link_lease where link = $1 and node = $2', [link, node])
  }

  async holder(link: string): Promise<string | undefined> {
    const { rows } = await this.#sql.query<{ node: string }>(
      'select node from link_lease where link = $1 and ends_at > clock_timestamp()',
      [link],
    )
    return rows[0]?.node
  }
}
