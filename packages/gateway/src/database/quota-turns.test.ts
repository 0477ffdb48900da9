import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite-database.ts'
import type { Database, Sql } from './sql.ts'
import { SqlUploadLedger } from './sql-upload-ledger.ts'

describe('Offers within a quota', () => {
  let database: Database

  before(async function () {
    this.timeout(60_000)
    database = await openPglite()
    await migrate(database)
  })
  after(() => database.close())

  it('of one owner take one connection at a time, however many come at once', async () => {
    let open = 0
    let most = 0
    const sql: Sql = {
      query: (text, values) => database.query(text, values),
      async transaction(work) {
        most = Math.max(most, ++open)
        return await database.transaction(work).finally(() => {
          open -= 1
        })
      },
    }
    const ledger = new SqlUploadLedger({ sql, putsSettleWithinMs: 1000 })
    const offer = (size: number) =>
      ledger.offerWithin(
        { bytes: 30, windowMs: 60_000 },
        {
          id: randomUUID(),
          owner: 'alice@localhost',
          size,
          hash: 'none',
          media: { id: randomUUID(), name: 'a', type: 'image/png' },
          expiresAfterMs: 60_000,
        },
      )
    const outcomes = await Promise.all([offer(10), offer(10), offer(10), offer(10), offer(0)])
    expect(most).to.equal(1)
    expect(outcomes.map((outcome) => 'created' in outcome)).to.deep.equal([true, true, true, false, true])
  })
})
