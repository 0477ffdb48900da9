import { expect } from 'chai'
import { freshDatabase } from '../../../../test/stack/servers.ts'
import { DatabaseError } from './database-error.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { openPostgres } from './postgres-database.ts'
import type { Database } from './sql.ts'

describe('Migrations', () => {
  let databases: Database[] = []
  let drop: (() => Promise<void>) | undefined

  beforeEach(async function () {
    const fresh = await freshDatabase(this)
    drop = fresh.drop
    databases = await Promise.all(Array.from({ length: 4 }, () => openPostgres(fresh.url)))
  })

  afterEach(async () => {
    await Promise.all(databases.map((database) => database.close()))
    await drop?.()
  })

  const first = (): Database => databases[0] as Database
  const tables = async (): Promise<unknown[]> =>
    (
      await first().query<{ name: string }>('select relname as name from pg_class where relkind = $1', ['r'])
    ).rows
      .map(({ name }) => name)
      .filter((name) => !/^(pg|sql)_/.test(name))
      .sort()

  it('are taken once by servers that start at the same time', async () => {
    const taken = await Promise.all(databases.map((database) => migrate(database)))
    expect(taken.filter((names) => names.length > 0)).to.deep.equal([MIGRATIONS.map(({ name }) => name)])
    const keys = await Promise.all(databases.map((database) => database.query('select key from signing_key')))
    for (const { rows } of keys) expect(rows).to.deep.equal(keys[0]?.rows).and.to.have.length(1)
  })

  it('go on from where an earlier version stopped, in order', async () => {
    const steps = [
      { name: '0001-a', statements: ['create table a(n int)', 'insert into a values(1)'] },
      { name: '0002-b', statements: ['create table b as select n + 1 as n from a'] },
    ]
    expect(await migrate(first(), steps.slice(0, 1))).to.deep.equal(['0001-a'])
    expect(await migrate(first(), steps)).to.deep.equal(['0002-b'])
    expect(await migrate(first(), steps)).to.deep.equal([])
    expect((await first().query('select n from b')).rows).to.deep.equal([{ n: 2 }])
  })

  it('leave nothing behind when a step fails', async () => {
    const broken = [
      { name: '0001-a', statements: ['create table a(n int)'] },
      { name: '0002-b', statements: ['create table b(n int)', 'select 1/0'] },
    ]
    const error = await migrate(first(), broken).catch((error: unknown) => error)
    expect(error).to.include({ sqlState: '22012' })
    expect(await tables()).to.deep.equal([])
  })

  it('refuse a database that a later version brought further', async () => {
    const later = [...MIGRATIONS, { name: '9999-later', statements: ['create table later(n int)'] }]
    await migrate(first(), later)
    const error = await migrate(first()).catch((error: unknown) => error)
    expect(error).to.be.instanceOf(DatabaseError)
    expect((error as Error).message).to.contain('9999-later')
  })
})
