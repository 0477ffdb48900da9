import { expect } from 'chai'
import { DatabaseError } from './database-error.ts'
import type { Database, Sql } from './sql.ts'

interface DatabaseFixture {
  /** Empty. */
  readonly database: Database
  tearDown(): Promise<void>
}

/** Every duty of {@link Database}; an adapter's test is one call of this. */
export function describeDatabase(name: string, setUp: (context: Mocha.Context) => Promise<DatabaseFixture>) {
  describe(`${name} as a database`, () => {
    let fixture: DatabaseFixture
    let database: Database

    before(async function () {
      fixture = await setUp(this)
      database = fixture.database
      await database.query('create table number(n bigint primary key check(n > 0))')
    })

    beforeEach(async () => {
      await database.query('delete from number')
    })

    after(async () => {
      await database?.close()
      await fixture?.tearDown()
    })

    const add = (sql: Sql, n: number) => sql.query('insert into number values($1)', [n])
    const all = async () =>
      (await database.query<{ n: number }>('select n from number order by n')).rows.map(({ n }) => n)
    const failure = async (promise: Promise<unknown>): Promise<DatabaseError> => {
      const error = await promise.catch((error: unknown) => error)
      expect(error).to.be.instanceOf(DatabaseError)
      return error as DatabaseError
    }

    it('gives values back in our types', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, n) => n)
      const date = new Date('2024-02-29T12:34:56.789Z')
      const { rows } = await database.query<Record<string, unknown>>(
        `select $1::bigint as big, $2::timestamptz as date, $3::bytea as bytes, $4::jsonb as json, $5::text as none,
          $6::text[] as texts, $7::boolean as flag, $8::int as int`,
        [
          Number.MAX_SAFE_INTEGER,
          date,
          bytes,
          JSON.stringify([{ a: 1 }]),
          null,
          ['a', '"b", {c}', ''],
          true,
          -1,
        ],
      )
      const { bytes: read, ...row } = rows[0] ?? {}
      expect(read).to.be.instanceOf(Uint8Array)
      expect([...(read as Uint8Array)]).to.deep.equal([...bytes])
      expect(row).to.deep.equal({
        big: Number.MAX_SAFE_INTEGER,
        date,
        json: [{ a: 1 }],
        none: null,
        texts: ['a', '"b", {c}', ''],
        flag: true,
        int: -1,
      })
    })

    it('rejects a number that a double cannot hold, rather than to give another one', async () => {
      for (const number of ['9007199254740992', '-9007199254740993'])
        expect((await failure(database.query(`select '${number}'::bigint`))).sqlState).to.equal('22003')
    })

    it('counts the rows that a statement gave or changed', async () => {
      expect((await database.query('insert into number select generate_series(1, 5)')).rowCount).to.equal(5)
      expect((await database.query('update number set n = n + 10 where n > 3')).rowCount).to.equal(2)
      expect((await database.query('select from number where n = 0')).rowCount).to.equal(0)
      expect((await database.query('select n from number')).rowCount).to.equal(5)
      expect((await database.query('delete from number where n = 1 returning n')).rows).to.deep.equal([
        { n: 1 },
      ])
    })

    it('tells what was refused, and why', async () => {
      await add(database, 1)
      const doubled = await failure(add(database, 1))
      expect(doubled).to.include({ sqlState: '23505', constraint: 'number_pkey' })
      expect(await failure(add(database, 0))).to.include({ sqlState: '23514', constraint: 'number_n_check' })
      expect((await failure(database.query('select nonsense'))).sqlState).to.equal('42703')
      expect(await all()).to.deep.equal([1])
    })

    it('keeps what a transaction did, and answers what it answered', async () => {
      const answer = await database.transaction(async (sql) => {
        await add(sql, 1)
        await add(sql, 2)
        return 'done'
      })
      expect(answer).to.equal('done')
      expect(await all()).to.deep.equal([1, 2])
    })

    it('undoes a transaction that threw, and throws the same', async () => {
      const thrown = new Error('as the test wants it')
      const error = await database
        .transaction(async (sql) => {
          await add(sql, 1)
          throw thrown
        })
        .catch((error: unknown) => error)
      expect(error).to.equal(thrown)
      expect(await all()).to.deep.equal([])
    })

    it('undoes a transaction whose statement failed, even if nobody minded', async () => {
      const error = await failure(
        database.transaction(async (sql) => {
          await add(sql, 1)
          await add(sql, 0).catch(() => {})
        }),
      )
      expect(error.sqlState).to.equal('25P02')
      expect(await all()).to.deep.equal([])
    })

    it('rejects a transaction whose commit is refused', async () => {
      await database.query('create table child(n bigint references number(n) deferrable initially deferred)')
      const error = await failure(
        database.transaction(async (sql) => {
          await sql.query('insert into child values(7)')
        }),
      )
      expect(error.sqlState).to.equal('23503')
      expect((await database.query('select from child')).rowCount).to.equal(0)
      await database.query('drop table child')
    })

    it('refuses to nest transactions, and to go on with one that is over', async () => {
      let kept: Sql = database
      await database.transaction(async (sql) => {
        kept = sql
        await failure(sql.transaction(async () => {}))
      })
      await failure(add(kept, 1))
      expect(await all()).to.deep.equal([])
    })

    it('hides a transaction from others until it is over', async () => {
      let begun = () => {}
      const beginning = new Promise<void>((resolve) => {
        begun = resolve
      })
      const outside = database.transaction(async (sql) => {
        await add(sql, 1)
        begun()
        await add(sql, 2)
      })
      await beginning
      expect((await all()).length).to.be.oneOf([0, 2])
      await outside
      expect(await all()).to.deep.equal([1, 2])
    })

    it('serves many at once, each transaction whole', async () => {
      await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          n % 2 === 0
            ? add(database, n + 1)
            : database.transaction(async (sql) => {
                await add(sql, n + 1)
                await add(sql, n + 101)
              }),
        ),
      )
      expect(await all()).to.have.length(60)
    })

    it('rejects what is asked once it is closed, which may be said twice', async () => {
      const last = add(database, 1)
      await Promise.all([database.close(), database.close()])
      await last
      await failure(database.query('select 1'))
      await failure(database.transaction(async () => {}))
    })
  })
}
