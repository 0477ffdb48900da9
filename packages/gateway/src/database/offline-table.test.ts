import { freshDatabase } from '../../../../test/stack/servers.ts'
import { newAccount } from '../messaging/account-store.contract.ts'
import { describeOfflineStore } from '../messaging/offline-store.contract.ts'
import { AccountTable } from './account-table.ts'
import { migrate } from './migrate.ts'
import { OfflineTable } from './offline-table.ts'
import { openPglite } from './pglite-database.ts'
import { openPostgres } from './postgres-database.ts'
import type { Database } from './sql.ts'

async function fixture(database: Database, drop = async () => {}) {
  await migrate(database)
  const accounts = new AccountTable({ sql: database })
  return {
    store: new OfflineTable({ sql: database, maxMessages: 5 }),
    addAccount: async (jid: string) => void (await accounts.create(newAccount(jid), { reuseRemoved: true })),
    removeAccount: async (jid: string) => void (await accounts.remove(jid)),
    tearDown: () => database.close().then(drop),
  }
}

describeOfflineStore('the table in PostgreSQL', async (context) => {
  const { url, drop } = await freshDatabase(context)
  return fixture(await openPostgres(url), drop)
})

describeOfflineStore('the table in PGlite', async (context) => {
  // Its first set-up takes seconds, on a busy machine many.
  context.timeout(60_000)
  return fixture(await openPglite())
})
