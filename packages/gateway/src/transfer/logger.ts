/** The part of a pino logger that this folder speaks to: constant messages, data in fields, never a token. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
