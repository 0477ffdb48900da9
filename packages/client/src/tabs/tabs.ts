import type { Listeners } from '../listeners.ts'

/** Gives a lock back. Idempotent. */
export type Release = () => void

/**
 * The tabs in which one account is logged in, this one among them; a port. Its locks are held by one tab at a time, and
 * are free at once when that tab is gone, however it ends. What one tab posts comes to all others, in its order.
 */
export interface Tabs {
  /** The values that others post. */
  readonly posts: Listeners<unknown>
  /** The lock of this name, if nobody holds it or waits for it. */
  take(name: string): Promise<Release | undefined>
  /** The lock of this name, after those who asked before. Rejects with the signal's reason when it aborts. */
  wait(name: string, signal: AbortSignal): Promise<Release>
  /** Tells all others. The value is copied as by structuredClone; files by reference. */
  post(value: unknown): void
  /** Resolves once no other tab is left. Rejects with the signal's reason when it aborts. */
  alone(signal: AbortSignal): Promise<void>
  /** This tab leaves: nothing comes or goes any more, and its locks are free. Idempotent. */
  close(): void
}

/** Enters the tabs of an account. */
export type OpenTabs = (account: string) => Promise<Tabs>
