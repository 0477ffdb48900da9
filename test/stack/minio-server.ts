import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answers, Child } from './child.ts'
import { cacheFolder, findProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { S3_CREDENTIALS } from './servers.ts'
import type { StackServer } from './stack-server.ts'

/** A MinIO of its own in a new folder, on 127.0.0.1. Throws when there is none on PATH or in the cache. */
export async function startMinio(): Promise<StackServer> {
  const version = (await readFile(new URL('minio-version', import.meta.url), 'utf8')).trim()
  const cache = cacheFolder('minio', version)
  const minio = await findProgram('minio', [cache])
  if (!minio) throw new Error(`minio is neither on PATH nor in ${cache} (.ci/run builds it)`)

  const folder = await mkdtemp(join(tmpdir(), 'sluice-minio-'))
  const endpoint = `127.0.0.1:${await freePort()}`
  const child = await Child.start(minio, ['server', '--address', endpoint, folder], {
    detached: true,
    env: {
      ...process.env,
      MINIO_ROOT_USER: S3_CREDENTIALS.accessKey,
      MINIO_ROOT_PASSWORD: S3_CREDENTIALS.secretKey,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off', // no call home
    },
  })
  const stop = async () => {
    await child.stop('SIGTERM')
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await child.waitUntil(() => answers(`http://${endpoint}/minio/health/ready`), 'MinIO')
  } catch (error) {
    await stop()
    throw error
  }
  return { address: `http://${endpoint}`, stop }
}
