import { freshDatabase } from '../../../../test/stack/servers.ts'
import { describeAccountStore } from '../messaging/account-store.contract.ts'
import { AccountTable } from './account-table.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite-database.ts'
import { openPostgres } from './postgres-database.ts'
import type { Database } from './sql.ts'

async function fixture(database: Database, drop = async () => {}) {
  await migrate(database)
  const tearDown = () => database.close().then(drop)
  return { store: new AccountTable({ sql: database }), tearDown }
}

describeAccountStore('the table in PostgreSQL', async (context) => {
  const { url, drop } = await freshDatabase(context)
  return fixture(await openPostgres(url), drop)
})

describeAccountStore('the table in PGlite', async (context) => {
  // Its first set-up takes seconds, on a busy machine many.
  context.timeout(60_000)
  return fixture(await openPglite())
})
