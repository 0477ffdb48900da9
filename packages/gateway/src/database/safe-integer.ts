import { DatabaseError } from './database-error.ts'

/** int8 → number. An error is better than a byte offset that is off by one. */
export function safeInteger(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw new DatabaseError(`${text} is no safe integer`, { sqlState: '22003' })
}
