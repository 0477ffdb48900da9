import type { KeptPresence, PresenceStore } from '../messaging/presence-store.ts'
import type { Sql } from './sql.ts'
import { alive } from './upload-row.ts'

const PUT = `
insert into presence(full_jid, account, node, frame) values($1, $2, $3, $4)
on conflict(full_jid) do update set node = excluded.node, frame = excluded.frame`

/** Available devices in PostgreSQL or PGlite. */
export class PresenceTable implements PresenceStore {
  readonly #sql: Sql

  constructor({ sql }: { sql: Sql }) {
    this.#sql = sql
  }

  async put({ bare, frame, full, node }: Parameters<PresenceStore['put']>[0]): Promise<void> {
    await this.#sql.query(PUT, [full, bare, node, frame])
  }

  async remove({ full, node }: Parameters<PresenceStore['remove']>[0]): Promise<void> {
    await this.#sql.query('delete from presence where full_jid = $1 and node = $2', [full, node])
  }

  async find(full: string): Promise<KeptPresence | undefined> {
    const { rows } = await this.#sql.query<KeptPresence>(
      'select full_jid as "full", frame from presence where full_jid = $1',
      [full],
    )
    return rows[0]
  }

  async of(bares: readonly string[]): Promise<KeptPresence[]> {
    const { rows } = await this.#sql.query<KeptPresence>(
      `select full_jid as "full", frame from presence where account = any($1::text[])
order by full_jid collate "C"`,
      [bares],
    )
    return rows
  }

  async takeAbandoned(by: string): Promise<string[]> {
    const { rows } = await this.#sql.query<{ full: string }>(
      `delete from presence where node <> $1 and not ${alive('presence.node')} returning full_jid as "full"`,
      [by],
    )
    return rows.map(({ full }) => full)
  }
}
