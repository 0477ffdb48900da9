import pg from 'pg'
import { DatabaseError } from './database-error.ts'
import { safeInteger } from './safe-integer.ts'

/** One connection of the pool while somebody uses it; knows whether it may serve others afterwards. */
export class PostgresConnection {
  readonly #client: pg.PoolClient
  #broken: Error | undefined

  constructor(client: pg.PoolClient) {
    this.#client = client
    // The pool listens only while a client is idle; an 'error' without a listener would end the process.
    client.on('error', this.#onError)
  }

  async query<Row extends object>(text: string, values: readonly unknown[] = []) {
    try {
      // pg would queue it behind a statement that was never answered, and wait for its timeout again.
      if (this.#broken) throw this.#broken
      const { rows, rowCount } = await this.#client.query<Row>(text, [...values])
      return { rows, rowCount: rowCount ?? 0 }
    } catch (error) {
      if (error instanceof DatabaseError) throw error
      if (error instanceof pg.DatabaseError) throw refused(error)
      // Not answered: the answer may still come, and would be taken for that of the next statement.
      const cause = error instanceof Error ? error : new Error(String(error))
      this.#broken ??= cause
      throw new DatabaseError(`PostgreSQL did not answer: ${cause.message}`, { cause })
    }
  }

  release(): void {
    this.#client.off('error', this.#onError)
    this.#client.release(this.#broken)
  }

  readonly #onError = (error: Error): void => {
    this.#broken ??= error
  }
}

/** Of one connection, not of the process: another user of pg in it keeps its own. The rest pg does as we want it. */
export const postgresTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? safeInteger : pg.types.getTypeParser(oid, format as 'text'),
}

function refused(error: pg.DatabaseError): DatabaseError {
  const { message, code, constraint } = error
  return new DatabaseError(message, { sqlState: code, constraint, cause: error })
}
