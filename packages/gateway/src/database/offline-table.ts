import type { OfflineMessage, OfflineStore } from '../messaging/offline-store.ts'
import type { Sql } from './sql.ts'

// The lock keeps the account in place until the row is in; a removal waits for it, and takes the row along.
const PUT = `
insert into offline_message(account, frame, resource)
select jid, $2, $4 from account
where jid = $1 and removed_at is null and (select count(*) from offline_message where account = $1) < $3
for share`

const LIST = `
select id, frame, resource from offline_message where account = $1 and id <> all($2::bigint[]) order by id limit $3`

/** Waiting messages in PostgreSQL or PGlite. */
export class OfflineTable implements OfflineStore {
  readonly #sql: Sql
  readonly #maxMessages: number

  /** `maxMessages` is for one account; those that arrive at the very same time may pass it by a few. */
  constructor({ sql, maxMessages = 1000 }: { sql: Sql; maxMessages?: number }) {
    this.#sql = sql
    this.#maxMessages = maxMessages
  }

  async put({ to, frame, resource }: Parameters<OfflineStore['put']>[0]): ReturnType<OfflineStore['put']> {
    const { rowCount } = await this.#sql.query(PUT, [to, frame, this.#maxMessages, resource ?? null])
    if (rowCount === 1) return 'stored'
    const account = await this.#sql.query('select 1 from account where jid = $1 and removed_at is null', [to])
    return account.rowCount === 1 ? 'full' : 'unknown-account'
  }

  async list(
    to: string,
    { limit, except }: { limit: number; except: readonly number[] },
  ): Promise<OfflineMessage[]> {
    const { rows } = await this.#sql.query<{ id: number; frame: string; resource: string | null }>(LIST, [
      to,
      except,
      limit,
    ])
    return rows.map(({ resource, ...message }) => (resource === null ? message : { ...message, resource }))
  }

  async remove(to: string, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return
    await this.#sql.query('delete from offline_message where account = $1 and id = any($2::bigint[])', [
      to,
      ids,
    ])
  }
}
