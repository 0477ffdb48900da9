import { freshDatabase } from '../../../../test/stack/servers.ts'
import type { UploadLedgerFixture } from '../transfer/ledger-uploads.contract.ts'
import { describeUploadLedger } from '../transfer/upload-ledger.contract.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite-database.ts'
import { openPostgres } from './postgres-database.ts'
import type { Database } from './sql.ts'
import { SqlUploadLedger } from './sql-upload-ledger.ts'

const putsSettleWithinMs = 300_000

const TIMES = {
  upload: ['created_at', 'expires_at', 'sweep_at', 'late_until'],
  delivery: ['lease_until'],
  node: ['beat_at'],
  doomed: ['after'],
}

async function fixtureOf(database: Database, drop: () => Promise<void>): Promise<UploadLedgerFixture> {
  await migrate(database)
  return {
    ledger: new SqlUploadLedger({ sql: database, putsSettleWithinMs }),
    putsSettleWithinMs,
    async passTime(ms) {
      for (const [table, columns] of Object.entries(TIMES)) {
        const moves = columns.map((column) => `${column} = ${column} - $1::float8 * interval '1 ms'`)
        await database.query(`update ${table} set ${moves.join(', ')}`, [ms])
      }
    },
    async doom(key, afterMs) {
      await database.query("insert into doomed values($1, now() + $2::float8 * interval '1 ms')", [
        key,
        afterMs,
      ])
    },
    async tearDown() {
      await database.close()
      await drop()
    },
  }
}

describeUploadLedger('PGlite', async (context) => {
  context.timeout(60_000)
  return fixtureOf(await openPglite(), async () => {})
})

describeUploadLedger('PostgreSQL', async (context) => {
  const { url, drop } = await freshDatabase(context)
  return fixtureOf(await openPostgres(url), drop)
})
