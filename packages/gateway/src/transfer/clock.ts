/** The process's time, as a port so that tests can move it. What the database's own time rules never asks it. */
export interface Clock {
  now(): Date
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `run` every `ms` milliseconds until the returned function is called. Does not keep the process alive. */
  every(ms: number, run: () => void): () => void
}
