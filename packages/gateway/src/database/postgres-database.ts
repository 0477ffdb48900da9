import pg from 'pg'
import { DatabaseError } from './database-error.ts'
import { PostgresConnection, postgresTypes } from './postgres-connection.ts'
import { runTransaction } from './run-transaction.ts'
import type { Database, Sql } from './sql.ts'

interface PostgresOptions {
  /** Connections at most; 10 unless told. */
  readonly maxConnections?: number
  /** For a connection, a new one or one of the pool; 10,000 unless told. */
  readonly connectTimeoutMs?: number
  /** After so long without an answer the connection is given up and the outcome unknown; 15,000 unless told. */
  readonly queryTimeoutMs?: number
  /** Hears of connections that broke while nobody used them; the pool replaces them. */
  readonly onError?: (error: Error) => void
}

/**
 * `url`: `postgres://user:password@host:port/database?sslmode=…`. Connects once, to see that the server is there:
 * rejects with a DatabaseError if it is not.
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Database> {
  const database = new PostgresDatabase(url, options)
  try {
    await database.query('select 1')
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

class PostgresDatabase implements Database {
  readonly #pool: pg.Pool
  readonly #underWay = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor(url: string, options: PostgresOptions) {
    this.#pool = new pg.Pool({
      connectionString: url,
      max: options.maxConnections ?? 10,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
      query_timeout: options.queryTimeoutMs ?? 15_000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      application_name: 'sluice',
      types: postgresTypes,
    })
    this.#pool.on('error', (error) => options.onError?.(error))
  }

  query<Row extends object>(text: string, values?: readonly unknown[]) {
    return this.#connected((connection) => connection.query<Row>(text, values))
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#connected((connection) =>
      runTransaction((text, values) => connection.query(text, values), work),
    )
  }

  close(): Promise<void> {
    // pg's pool, once it ends, leaves those who wait for a connection to their timeout.
    this.#closing ??= Promise.allSettled(this.#underWay).then(() => this.#pool.end())
    return this.#closing
  }

  #connected<T>(use: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(new DatabaseError('the database is closed'))
    const work = this.#withConnection(use)
    this.#underWay.add(work)
    const over = () => this.#underWay.delete(work)
    work.then(over, over)
    return work
  }

  async #withConnection<T>(use: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    const connection = new PostgresConnection(await this.#pool.connect().catch(unreachable))
    try {
      return await use(connection)
    } finally {
      connection.release()
    }
  }
}

function unreachable(error: unknown): never {
  const sqlState = error instanceof pg.DatabaseError ? error.code : undefined
  throw new DatabaseError(`PostgreSQL cannot be reached: ${reason(error)}`, { sqlState, cause: error })
}

/** Node gives the failed attempts on several addresses as an error without a message. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ')
  return error instanceof Error ? error.message : String(error)
}
