import type { Clock } from './clock.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/**
 * Runs `attempt` until it succeeds. Between failures it waits 100 ms, doubling up to 5 s, with jitter. Gives up, with
 * the last error, once `forMs` have passed since the first failure, or when `signal` aborts.
 */
export async function retry<T>(
  options: {
    clock: Clock
    forMs: number
    signal?: AbortSignal | undefined
    onFailure?: (error: unknown) => void
  },
  attempt: () => Promise<T>,
): Promise<T> {
  const { clock, forMs, signal } = options
  let until: number | undefined
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await attempt()
    } catch (error) {
      if (signal?.aborted) throw error
      options.onFailure?.(error)
      const now = clock.now().getTime()
      until ??= now + forMs
      const waitMs = pauseMs * (0.5 + Math.random() / 2)
      if (now + waitMs > until) throw error
      await clock.sleep(waitMs, signal)
      if (signal?.aborted) throw error
    }
  }
}
