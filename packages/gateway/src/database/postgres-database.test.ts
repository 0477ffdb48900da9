import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect } from 'chai'
import { freshDatabase } from '../../../../test/stack/servers.ts'
import { describeDatabase } from './database.contract.ts'
import { DatabaseError } from './database-error.ts'
import { openPostgres } from './postgres-database.ts'

describeDatabase('PostgreSQL', async (context) => {
  const { url, drop } = await freshDatabase(context)
  return { database: await openPostgres(url), tearDown: drop }
})

describe('PostgreSQL', () => {
  let url: string
  let drop: () => Promise<void>

  before(async function () {
    ;({ url, drop } = await freshDatabase(this))
  })

  after(() => drop?.())

  it('is refused at opening when it is not there', async () => {
    const nowhere = new URL(url)
    nowhere.port = '1'
    const error = await openPostgres(nowhere.href).catch((error: unknown) => error)
    expect(error).to.be.instanceOf(DatabaseError)
    expect((error as Error).message).to.contain('ECONNREFUSED')
    const nobody = new URL(url)
    nobody.pathname = '/no_such_database'
    expect(await openPostgres(nobody.href).catch((error: unknown) => error)).to.include({ sqlState: '3D000' })
  })

  it('replaces connections that broke while nobody used them, and says so', async () => {
    const errors: Error[] = []
    let heard = () => {}
    const hearing = new Promise<void>((resolve) => {
      heard = resolve
    })
    const database = await openPostgres(url, {
      onError: (error) => {
        errors.push(error)
        heard()
      },
    })
    const other = await openPostgres(url)
    await terminateOthers(other)
    await hearing
    expect((await database.query('select 1 as one')).rows).to.deep.equal([{ one: 1 }])
    expect(errors[0]?.message).to.contain('terminating connection')
    await Promise.all([database.close(), other.close()])
  })

  it('rejects a transaction whose connection broke in between, and lives on', async () => {
    const database = await openPostgres(url)
    const other = await openPostgres(url)
    const error = await database
      .transaction(async (sql) => {
        await sql.query('create table never(n int)')
        await terminateOthers(other)
        await sql.query('select 1')
      })
      .catch((error: unknown) => error)
    expect(error).to.be.instanceOf(DatabaseError)
    const { rows } = await database.query("select to_regclass('never') as never")
    expect(rows).to.deep.equal([{ never: null }])
    await Promise.all([database.close(), other.close()])
  })

  it('gives up a statement without an answer as unknown, and its connection with it', async () => {
    const proxy = await swallowingProxy(url)
    const database = await openPostgres(proxy.url, { queryTimeoutMs: 300 })
    proxy.swallow = true
    const error = await database.query('create table unanswered(n int)').catch((error: unknown) => error)
    expect(error).to.be.instanceOf(DatabaseError)
    expect((error as DatabaseError).sqlState).to.equal(undefined)
    proxy.swallow = false
    const { rows } = await database.query("select to_regclass('unanswered') is not null as there")
    expect(rows).to.deep.equal([{ there: true }])
    await database.close()
    await proxy.close()
  })
})

async function terminateOthers(database: { query(text: string): Promise<unknown> }): Promise<void> {
  await database.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
}

/** Passes what the client says, and drops what the server answers while `swallow` is set. */
async function swallowingProxy(to: string) {
  const { hostname, port } = new URL(to)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream)
    upstream.on('data', (bytes) => {
      if (!proxy.swallow) client.write(bytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(to)
  url.port = String((server.address() as { port: number }).port)
  const proxy = {
    url: url.href,
    swallow: false,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}
