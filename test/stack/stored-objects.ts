import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Client } from 'minio'
import type { Backend } from './backends.ts'
import { queryLedger } from './query-ledger.ts'

/** What a backend's store holds, past the gateway. */
export interface StoredObjects {
  keys(): Promise<string[]>
  read(key: string): Promise<Buffer>
  write(key: string, bytes: Buffer): Promise<void>
}

export function storedObjects({ env }: Backend): StoredObjects {
  return env.SLUICE_S3_BUCKET ? inBucket(env) : inFolder(join(String(env.SLUICE_DATA_DIR), 'blobs'))
}

/** Keys of stored objects that the ledger does not know. The gateway must not run: a chunk is stored before its row. */
export async function unknownKeys(backend: Backend): Promise<string[]> {
  const rows = await queryLedger<{ key: string }>(
    backend,
    'select key from chunk union select key from doomed',
  )
  const known = new Set(rows.map(({ key }) => key))
  return (await storedObjects(backend).keys()).filter((key) => !known.has(key))
}

function inFolder(folder: string): StoredObjects {
  return {
    async keys() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    },
    read: (key) => readFile(join(folder, key)),
    async write(key, bytes) {
      await mkdir(dirname(join(folder, key)), { recursive: true })
      await writeFile(join(folder, key), bytes)
    },
  }
}

function inBucket(env: Backend['env']): StoredObjects {
  const { hostname, port } = new URL(String(env.SLUICE_S3_ENDPOINT))
  const bucket = String(env.SLUICE_S3_BUCKET)
  const minio = new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey: String(env.SLUICE_S3_ACCESS_KEY),
    secretKey: String(env.SLUICE_S3_SECRET_KEY),
    region: String(env.SLUICE_S3_REGION),
  })
  return {
    async keys() {
      const keys: string[] = []
      for await (const object of minio.listObjectsV2(bucket, '', true)) keys.push(object.name)
      return keys
    },
    read: async (key) => buffer(await minio.getObject(bucket, key)),
    async write(key, bytes) {
      await minio.putObject(bucket, key, bytes)
    },
  }
}
