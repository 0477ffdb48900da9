/**
 * A statement that the database refused, or that it did not answer. The same from pg and PGlite.
 * Without `sqlState` nobody answered: whether the statement took place is unknown.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  /** Five characters, e.g. `23505` for a unique violation (PostgreSQL's appendix A). */
  readonly sqlState?: string | undefined
  /** Name of the violated constraint. */
  readonly constraint?: string | undefined

  constructor(
    message: string,
    options: { sqlState?: string | undefined; constraint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.sqlState = options.sqlState
    this.constraint = options.constraint
  }
}
