import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshBucket, freshDatabase } from './servers.ts'

/** What a gateway keeps its ledger and its bytes in, as environment variables, and how to throw it away. */
export interface Backend {
  readonly env: Record<string, string>
  drop(): Promise<void>
}

export type Skippable = { skip(): void }

/** A data directory of its own, which several starts of one gateway share. */
export async function embeddedBackend(): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-test-'))
  return { env: { SLUICE_DATA_DIR: folder }, drop: () => rm(folder, { recursive: true, force: true }) }
}

/** A database and a bucket of its own, which several gateways can share. */
export async function serverBackend(context: Skippable): Promise<Backend> {
  const bucket = await freshBucket(context) // nothing is made yet: without MinIO no database stays behind
  const database = await freshDatabase(context)
  const folder = await embeddedBackend()
  return {
    env: {
      ...folder.env,
      SLUICE_DATABASE_URL: database.url,
      SLUICE_S3_ENDPOINT: bucket.endpoint,
      SLUICE_S3_REGION: bucket.region,
      SLUICE_S3_BUCKET: bucket.bucket,
      SLUICE_S3_ACCESS_KEY: bucket.accessKey,
      SLUICE_S3_SECRET_KEY: bucket.secretKey,
    },
    drop: async () => {
      await database.drop()
      await bucket.drop()
      await folder.drop()
    },
  }
}
