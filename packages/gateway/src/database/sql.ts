/**
 * The one SQL dialect that all adapters of this folder speak, over pg or PGlite.
 * Values come back alike from both: int8 as number (an unsafe one rejects), timestamptz as Date, bytea as Uint8Array,
 * json parsed. A failed statement rejects with a `DatabaseError`.
 */
export interface Sql {
  /**
   * Runs one statement. `$1`-style values; arrays map to PostgreSQL arrays. Values for json columns are given as
   * JSON text: pg would make an array of a JavaScript array, PGlite would not.
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number }>
  /**
   * Runs `work` in one READ COMMITTED transaction; rolls back when it throws, or when one of its statements failed.
   * `work` uses the Sql it is given and no other: PGlite has one connection, so another one waits for ever. No I/O of
   * other kinds inside. Transactions do not nest.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
}

/** An open database: `close` ends its connections (or its worker) after the statements under way. Idempotent. */
export interface Database extends Sql {
  close(): Promise<void>
}
