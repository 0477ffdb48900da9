import { freshDatabase } from '../../../../test/stack/servers.ts'
import { newAccount } from '../messaging/account-store.contract.ts'
import { describeArchiveStore } from '../messaging/archive-store.contract.ts'
import { AccountTable } from './account-table.ts'
import { ArchiveTable } from './archive-table.ts'
import { ContactTable } from './contact-table.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite-database.ts'
import { openPostgres } from './postgres-database.ts'
import type { Database } from './sql.ts'

async function fixture(database: Database, drop = async () => {}) {
  await migrate(database)
  const accounts = new AccountTable({ sql: database })
  return {
    store: new ArchiveTable({ sql: database, maxMessages: 20, maxBytes: 100_000 }),
    contacts: new ContactTable({ sql: database }),
    addAccount: async (jid: string) => void (await accounts.create(newAccount(jid), { reuseRemoved: true })),
    removeAccount: async (jid: string) => void (await accounts.remove(jid)),
    tearDown: () => database.close().then(drop),
  }
}

describeArchiveStore('the table in PostgreSQL', async (context) => {
  const { url, drop } = await freshDatabase(context)
  return fixture(await openPostgres(url), drop)
})

describeArchiveStore('the table in PGlite', async (context) => {
  // Its first set-up takes seconds, on a busy machine many.
  context.timeout(60_000)
  return fixture(await openPglite())
})
