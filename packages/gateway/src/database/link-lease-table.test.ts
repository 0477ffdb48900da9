import { freshDatabase } from '../../../../test/stack/servers.ts'
import { describeLinkLease } from '../messaging/link-lease.contract.ts'
import { LinkLeaseTable } from './link-lease-table.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite-database.ts'
import { openPostgres } from './postgres-database.ts'
import type { Database } from './sql.ts'

async function fixture(database: Database, drop = async () => {}) {
  await migrate(database)
  const tearDown = () => database.close().then(drop)
  return { lease: new LinkLeaseTable({ sql: database }), tearDown }
}

describeLinkLease('the table in PostgreSQL', async (context) => {
  const { url, drop } = await freshDatabase(context)
  return fixture(await openPostgres(url), drop)
})

describeLinkLease('the table in PGlite', async (context) => {
  // Its first set-up takes seconds, on a busy machine many.
  context.timeout(60_000)
  return fixture(await openPglite())
})
