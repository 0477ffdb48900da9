import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { freshDatabase } from '../../../../test/stack/servers.ts'
import { newAccount } from '../messaging/account-store.contract.ts'
import { describeArchiveStore } from '../messaging/archive-store.contract.ts'
import { AccountTable } from './account-table.ts'
import { ArchiveTable } from './archive-table.ts'
import { ContactTable } from './contact-table.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite-database.ts'
import { openPostgres } from './postgres-database.ts'
import type { Database, Sql } from './sql.ts'

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

describe('ArchiveTable', () => {
  it('reads little more than it answers, however long the messages are', async function () {
    const { url, drop } = await freshDatabase(this)
    const database = await openPostgres(url)
    try {
      const { addAccount } = await fixture(database)
      let read = 0
      const counting: Sql = {
        query: async (...args) => {
          const answer = await database.query<{ frame?: string }>(...args)
          for (const { frame } of answer.rows) read += frame?.length ?? 0
          return answer as never
        },
        transaction: (work) => database.transaction(work),
      }
      const store = new ArchiveTable({ sql: counting })
      const account = `${randomUUID()}@example.org`
      await addAccount(account)
      for (let nth = 0; nth < 20; nth++) {
        const copies = [{ account, peer: 'bob@example.org' }]
        await store.put({ frame: `${'\u20AC'.repeat(1000)}${nth}`, at: new Date(), copies })
      }
      for (const from of [{ after: undefined }, { before: '' }]) {
        read = 0
        const page = await store.page({ account, filter: {}, from, max: 10, maxCharacters: 2500 })
        expect(page?.messages).to.have.length(2)
        expect(page?.complete).to.equal(false)
        expect(read).to.be.below(4500)
      }
    } finally {
      await database.close()
      await drop()
    }
  })
})
