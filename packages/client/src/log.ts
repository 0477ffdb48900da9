export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** One line of the client's log: a constant message, its data in fields. Never holds a token or a password. */
export interface LogEntry {
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export type LogListener = (entry: LogEntry) => void

export type Log = (level: LogLevel, message: string, fields?: Record<string, unknown>) => void

/** A log that no listener can break. */
export function logTo(listener: LogListener | undefined): Log {
  return (level, message, fields = {}) => {
    try {
      const result: unknown = listener?.({ level, message, fields })
      if (result instanceof Promise) result.catch(() => {})
    } catch {
      // The log is the last resort; there is nobody left to tell.
    }
  }
}
