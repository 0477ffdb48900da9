import { freshDatabase } from '../../../../test/stack/servers.ts'
import { describePresenceStore } from '../messaging/presence-store.contract.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite-database.ts'
import { openPostgres } from './postgres-database.ts'
import { PresenceTable } from './presence-table.ts'
import type { Database } from './sql.ts'
import { SqlUploadLedger } from './sql-upload-ledger.ts'

async function fixture(database: Database, drop = async () => {}) {
  await migrate(database)
  const ledger = new SqlUploadLedger({ sql: database, putsSettleWithinMs: 0 })
  return {
    store: new PresenceTable({ sql: database }),
    beat: (node: string) => ledger.beat(node),
    kill: async (node: string) =>
      void (await database.query("update node set beat_at = now() - interval '1 minute' where id = $1", [
        node,
      ])),
    tearDown: () => database.close().then(drop),
  }
}

describePresenceStore('the table in PostgreSQL', async (context) => {
  const { url, drop } = await freshDatabase(context)
  return fixture(await openPostgres(url), drop)
})

describePresenceStore('the table in PGlite', async (context) => {
  // Its first set-up takes seconds, on a busy machine many.
  context.timeout(60_000)
  return fixture(await openPglite())
})
