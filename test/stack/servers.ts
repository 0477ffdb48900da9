import { randomBytes } from 'node:crypto'
import { Client as MinioClient } from 'minio'
import pg from 'pg'

/**
 * The real servers of a test run. `npm test` starts them once and hands their addresses to every mocha process
 * in SLUICE_TEST_POSTGRES_URL and SLUICE_TEST_S3_ENDPOINT; each suite takes a database and a bucket of its own.
 */
export interface S3Settings {
  endpoint: string
  region: string
  accessKey: string
  secretKey: string
  bucket: string
}

export const S3_CREDENTIALS = { accessKey: 'sluice-test', secretKey: 'sluice-test-secret' }

type Skippable = { skip(): void }

/** A new, empty database. Without a server the suite is skipped, or fails where SLUICE_TEST_REQUIRE is `all`. */
export async function freshDatabase(context: Skippable): Promise<{ url: string; drop(): Promise<void> }> {
  const server = serverOr(context, 'SLUICE_TEST_POSTGRES_URL', 'PostgreSQL')
  const name = `t_${randomBytes(6).toString('hex')}`
  await query(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => query(server, `drop database if exists ${name} with (force)`) }
}

/** A name for a new bucket (the store makes it on open), removed with all its objects by `drop`. */
export async function freshBucket(context: Skippable): Promise<S3Settings & { drop(): Promise<void> }> {
  const endpoint = serverOr(context, 'SLUICE_TEST_S3_ENDPOINT', 'MinIO')
  const settings = {
    endpoint,
    region: 'us-east-1',
    ...S3_CREDENTIALS,
    bucket: `t-${randomBytes(6).toString('hex')}`,
  }
  return { ...settings, drop: () => removeBucket(settings) }
}

function serverOr(context: Skippable, variable: string, what: string): string {
  const address = process.env[variable]
  if (address) return address
  if (process.env.SLUICE_TEST_REQUIRE === 'all')
    throw new Error(`${what} is required, but ${variable} is not set`)
  context.skip()
  throw new Error('skipped')
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

async function removeBucket(s3: S3Settings): Promise<void> {
  const { hostname, port, protocol } = new URL(s3.endpoint)
  const minio = new MinioClient({
    endPoint: hostname,
    port: Number(port),
    useSSL: protocol === 'https:',
    accessKey: s3.accessKey,
    secretKey: s3.secretKey,
    region: s3.region,
  })
  if (!(await minio.bucketExists(s3.bucket))) return
  const keys: string[] = []
  for await (const object of minio.listObjectsV2(s3.bucket, '', true)) keys.push(object.name)
  if (keys.length > 0) await minio.removeObjects(s3.bucket, keys)
  await minio.removeBucket(s3.bucket)
}
