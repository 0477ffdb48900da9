import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import { checkComponent } from './check-component.ts'
import type { Config } from './config.ts'
import { formatDuration, formatSize, isLoopback } from './config-values.ts'
import { isDirectory } from './data-directory.ts'
import { openPostgres } from './database/postgres-database.ts'
import { makeStore } from './open-backends.ts'
import { BlobStoreRefused } from './storage/blob-response.ts'

const KEYS_MS = 5_000

/** Prints the configuration, secrets left out, and what its database, store, chat server and issuer of tokens say; false when one fails. */
export async function checkConfig(config: Config, print: (line: string) => void): Promise<boolean> {
  const lines = Object.entries(shown(config))
  const width = Math.max(...lines.map(([name]) => name.length))
  for (const [name, value] of lines) print(`${name.padEnd(width)} ${value}`)
  const database = await outcome(() => checkDatabase(config))
  const store = await outcome(() => checkStore(config))
  print(`database: ${database.text}`)
  print(`object store: ${store.text}`)
  const { component, jwt } = config
  if (!component) {
    const keys = jwt && 'jwksUrl' in jwt.key ? jwt.key.jwksUrl : undefined
    if (keys === undefined) return database.fine && store.fine
    const issuer = await outcome(() => checkKeys(keys))
    print(`keys of the issuer: ${issuer.text}`)
    return database.fine && store.fine && issuer.fine
  }
  const chatServer = await outcome(() => checkComponent(config, component))
  print(`chat server: ${chatServer.text}`)
  if (!isLoopback(component.host))
    print(`SLUICE_COMPONENT_URL: the link is plain text; ${component.host} is to be on a private network`)
  return database.fine && store.fine && chatServer.fine
}

/** By the names of the variables, with what stands in for those that are not set in brackets. */
function shown(config: Config): Readonly<Record<string, string | number>> {
  const { allowedDomains, component, databaseUrl, jwt, s3 } = config
  return {
    SLUICE_HOST: config.host,
    SLUICE_PORT: config.port,
    SLUICE_PUBLIC_URL: config.publicUrl ?? '(its own address)',
    SLUICE_DATA_DIR: config.dataDir,
    SLUICE_DOMAIN: config.domain,
    SLUICE_DATABASE_URL: databaseUrl === undefined ? '(embedded)' : `at ${new URL(databaseUrl).host}`,
    SLUICE_S3_ENDPOINT: s3?.endpoint ?? '(files)',
    ...(s3 && { SLUICE_S3_BUCKET: s3.bucket, SLUICE_S3_REGION: s3.region }),
    ...(component && {
      SLUICE_COMPONENT_URL: `xmpp://${component.host}:${component.port}`,
      SLUICE_COMPONENT_JID: component.jid,
      SLUICE_ALLOWED_DOMAINS: allowedDomains === '*' ? '*' : allowedDomains.join(', '),
    }),
    ...(!component && {
      SLUICE_REGISTRATION: config.registration,
      SLUICE_ARCHIVE_EXPIRY: formatDuration(config.archiveExpiryMs),
    }),
    ...(jwt && {
      ...('jwksUrl' in jwt.key
        ? { SLUICE_JWT_JWKS_URL: jwt.key.jwksUrl }
        : { SLUICE_JWT_SECRET: '(set, not shown)' }),
      SLUICE_JWT_ISSUER: jwt.issuer,
      SLUICE_JWT_AUDIENCE: jwt.audience,
    }),
    SLUICE_MAX_UPLOAD_BYTES: formatSize(config.maxUploadBytes),
    SLUICE_UNFINISHED_EXPIRY: formatDuration(config.unfinishedExpiryMs),
    SLUICE_DAILY_QUOTA_BYTES:
      config.dailyQuotaBytes === undefined ? '(none)' : formatSize(config.dailyQuotaBytes),
    SLUICE_UPLOAD_SECRET: config.uploadSecret === undefined ? '(no upload backend)' : '(set, not shown)',
    SLUICE_MEMORY_BUDGET_BYTES: formatSize(config.memoryBudgetBytes),
    SLUICE_LOG_LEVEL: config.logLevel,
  }
}

async function checkDatabase({ databaseUrl, dataDir }: Config): Promise<string> {
  if (databaseUrl === undefined) return checkDirectory(dataDir)
  const database = await openPostgres(databaseUrl)
  await database.close()
  return 'answers'
}

async function checkStore(config: Config): Promise<string> {
  if (config.s3 === undefined) return checkDirectory(config.dataDir)
  const store = makeStore(config)
  try {
    await store.check()
    return 'answers'
  } catch (error) {
    if (error instanceof BlobStoreRefused && error.status === 404)
      return 'answers; `sluice start` makes the bucket'
    throw error
  } finally {
    await store.close()
  }
}

/** As the gateway will fetch them: it follows no redirect, which could lead out of TLS. */
async function checkKeys(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(KEYS_MS) })
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}`)
  const set: unknown = await response.json()
  const keys = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined
  if (!Array.isArray(keys) || keys.length === 0) throw new Error(`${url} holds no keys`)
  return keys.length === 1 ? 'there is 1' : `there are ${keys.length}`
}

/** Of a directory that is not there yet, the nearest one above it. */
async function checkDirectory(dataDir: string, path = dataDir): Promise<string> {
  if (!(await isDirectory(path, dataDir))) {
    await checkDirectory(dataDir, dirname(path))
    return '`sluice start` makes its directory'
  }
  await access(path, constants.W_OK | constants.X_OK)
  return 'its directory is writable'
}

async function outcome(check: () => Promise<string>): Promise<{ fine: boolean; text: string }> {
  try {
    return { fine: true, text: await check() }
  } catch (error) {
    return { fine: false, text: error instanceof Error ? error.message : String(error) }
  }
}
