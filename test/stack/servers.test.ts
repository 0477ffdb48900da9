import { expect } from 'chai'
import { Client } from 'minio'
import pg from 'pg'
import { freshBucket, freshDatabase } from './servers.ts'

describe('the servers of a test run', () => {
  it('give each suite an empty database, kept durably, and drop it while it is in use', async function () {
    const database = await freshDatabase(this)
    const client = new pg.Client({ connectionString: database.url })
    client.on('error', () => {}) // the server ends the connection when the database is dropped
    await client.connect()
    const tables = await client.query(
      `select current_setting('fsync') as fsync,
        (select count(*)::int from pg_tables where schemaname = 'public') as tables`,
    )
    expect(tables.rows).to.deep.equal([{ fsync: 'on', tables: 0 }])
    await database.drop()
    const again = new pg.Client({ connectionString: database.url })
    const refusal = await again.connect().catch((error: pg.DatabaseError) => error.code)
    expect(refusal).to.equal('3D000')
  })

  it('give each suite a bucket name of its own, and remove the bucket with its objects', async function () {
    const bucket = await freshBucket(this)
    const { hostname, port } = new URL(bucket.endpoint)
    const minio = new Client({ ...bucket, endPoint: hostname, port: Number(port), useSSL: false })
    expect(await minio.bucketExists(bucket.bucket)).to.equal(false)
    await minio.makeBucket(bucket.bucket)
    await minio.putObject(bucket.bucket, 'a/b', 'bytes')
    await bucket.drop()
    expect(await minio.bucketExists(bucket.bucket)).to.equal(false)
  })

  it('skip a suite where a server is missing, and fail it where all is required', async () => {
    const { SLUICE_TEST_POSTGRES_URL: url, SLUICE_TEST_REQUIRE: required } = process.env
    delete process.env.SLUICE_TEST_POSTGRES_URL
    try {
      for (const [require, expected] of [
        ['', 'skipped'],
        ['all', 'PostgreSQL is required, but SLUICE_TEST_POSTGRES_URL is not set'],
      ] as const) {
        process.env.SLUICE_TEST_REQUIRE = require
        let skips = 0
        const said = await freshDatabase({
          skip: () => {
            skips += 1
          },
        }).catch((error: Error) => error.message)
        expect([said, skips]).to.deep.equal([expected, require === '' ? 1 : 0])
      }
    } finally {
      restore('SLUICE_TEST_POSTGRES_URL', url)
      restore('SLUICE_TEST_REQUIRE', required)
    }
  })
})

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}
