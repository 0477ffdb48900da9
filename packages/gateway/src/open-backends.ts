import { mkdir } from 'node:fs/promises'
import { type Closing, closeAll } from './close-all.ts'
import type { Config } from './config.ts'
import { blobsIn, databaseIn, isDirectory } from './data-directory.ts'
import { DataDirectoryLocked } from './database/data-directory-locked.ts'
import { lockDataDirectory } from './database/embedded-lock.ts'
import { LocalNodeSignals } from './database/local-node-signals.ts'
import { migrate } from './database/migrate.ts'
import { openPglite } from './database/pglite-database.ts'
import { openPostgres } from './database/postgres-database.ts'
import { PostgresNodeSignals } from './database/postgres-node-signals.ts'
import type { Database } from './database/sql.ts'
import { OperatorError } from './operations/operator-error.ts'
import { FilesystemBlobStore } from './storage/filesystem-blob-store.ts'
import { MinioBlobStore } from './storage/minio-blob-store.ts'
import type { BlobStore } from './transfer/blob-store.ts'
import type { Clock } from './transfer/clock.ts'
import type { Logger } from './transfer/logger.ts'
import type { NodeSignals } from './transfer/node-signals.ts'

/** What a gateway stands on, open. */
export interface Backends {
  /** This process, unique among the living and the dead. */
  readonly node: string
  readonly database: Database
  readonly store: BlobStore
  readonly signals: NodeSignals
  close(): Promise<void>
}

interface BackendNeeds {
  readonly config: Config
  readonly node: string
  readonly clock: Clock
  readonly logger: Logger
  /** Hears that the embedded database died: the process cannot go on. */
  onFatal(error: Error): void
}

/**
 * Opens the database, brings it up to date, and opens the store and the signals, whatever the configuration names.
 * @throws {OperatorError} saying which of them cannot be had; nothing stays open then.
 */
export async function openBackends(needs: BackendNeeds): Promise<Backends> {
  const opened: Closing[] = []
  const keep = <T extends { close(): Promise<void> }>(backend: T): T => {
    opened.push(() => backend.close())
    return backend
  }
  try {
    // Said by the name of its variable, whichever of the two would come upon it.
    if (needs.config.databaseUrl === undefined || needs.config.s3 === undefined) {
      await isDirectory(needs.config.dataDir)
    }
    const database = await openDatabase(needs, keep)
    const store = keep(makeStore(needs.config))
    await orOperatorError(storeName(needs.config), () => store.open())
    const signals = await openSignals(needs, keep)
    return { node: needs.node, database, store, signals, close: () => closeAll(opened) }
  } catch (error) {
    // That it cannot be had is what there is to say.
    await closeAll(opened).catch(() => {})
    throw error
  }
}

type Keep = <T extends { close(): Promise<void> }>(backend: T) => T

async function openDatabase({ config, logger, onFatal }: BackendNeeds, keep: Keep): Promise<Database> {
  const { databaseUrl, dataDir } = config
  return orOperatorError('the database', async () => {
    let database: Database
    if (databaseUrl === undefined) {
      await mkdir(dataDir, { recursive: true, mode: 0o700 })
      const lock = await lockDataDirectory(dataDir)
      keep({ close: () => lock.release() })
      database = keep(await openPglite(databaseIn(dataDir), { onError: onFatal }))
    } else {
      const onError = (err: Error) => logger.warn({ err }, 'a database connection broke')
      database = keep(await openPostgres(databaseUrl, { onError }))
    }
    const migrations = await migrate(database)
    if (migrations.length > 0) logger.info({ migrations }, 'database brought up to date')
    return database
  })
}

/** Not open yet. */
export function makeStore({ s3, dataDir }: Config): BlobStore {
  return s3 ? new MinioBlobStore(s3) : new FilesystemBlobStore({ directory: blobsIn(dataDir) })
}

async function openSignals(needs: BackendNeeds, keep: Keep): Promise<NodeSignals> {
  const { config, node, clock, logger } = needs
  const onError = (err: unknown) => logger.warn({ err }, 'a signal between nodes failed')
  return config.databaseUrl === undefined
    ? new LocalNodeSignals({ node, onError })
    : keep(await PostgresNodeSignals.open({ url: config.databaseUrl, node, clock, onError }))
}

function storeName({ s3, dataDir }: Config): string {
  return s3 ? `the object store at ${s3.endpoint}` : `the file store under ${dataDir}`
}

async function orOperatorError<T>(what: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (cause) {
    if (cause instanceof DataDirectoryLocked) throw new OperatorError(cause.message, { cause })
    throw new OperatorError(`${what} cannot be used: ${reason(cause)}`, { cause })
  }
}

/** Node gives the failed attempts on several addresses as an error without a message. */
function reason(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reason).join(', ')
  return error instanceof Error ? error.message : String(error)
}
