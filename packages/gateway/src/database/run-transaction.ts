import { DatabaseError } from './database-error.ts'
import type { Sql } from './sql.ts'

/** The Sql of one transaction: refuses to nest, and any use once it is over and its connection serves others. */
class TransactionSql implements Sql {
  readonly #query: Sql['query']
  #ended = false
  #failed = false

  constructor(query: Sql['query']) {
    this.#query = query
  }

  async query<Row extends object>(text: string, values?: readonly unknown[]) {
    if (this.#ended) throw new DatabaseError('this transaction is over')
    try {
      return await this.#query<Row>(text, values)
    } catch (error) {
      this.#failed = true
      throw error
    }
  }

  transaction<T>(): Promise<T> {
    return Promise.reject(new DatabaseError('transactions do not nest'))
  }

  /** PostgreSQL answers the COMMIT of a failed transaction with a rollback, and without an error. */
  end(): void {
    this.#ended = true
    if (this.#failed) throw new DatabaseError('a statement of the transaction failed', { sqlState: '25P02' })
  }

  abandon(): void {
    this.#ended = true
  }
}

/** Runs `work` between BEGIN and COMMIT on one connection, which nobody else uses meanwhile. */
export async function runTransaction<T>(query: Sql['query'], work: (sql: Sql) => Promise<T>): Promise<T> {
  await query('begin isolation level read committed')
  const sql = new TransactionSql(query)
  try {
    // A process stopped (SIGSTOP) in mid-transaction must not hold its locks for ever. Not a setting of the session:
    // PgBouncer refuses it among the startup parameters.
    await query("set local idle_in_transaction_session_timeout = '30s'")
    const result = await work(sql)
    sql.end()
    await query('commit')
    return result
  } catch (error) {
    sql.abandon()
    // A connection that no longer answers takes its transaction with it; what counts is the first error.
    await query('rollback').catch(() => {})
    throw error
  }
}
