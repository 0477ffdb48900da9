const FIRST_MS = 500
const LONGEST_MS = 30_000

/**
 * How long to wait before the retry of this number (0 is the first), in milliseconds: doubling from 0.5 s to
 * 30 s. Half of it is chance, so that the clients of a restarted gateway do not all come back at once.
 */
export function retryDelay(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16))
  return ceiling / 2 + (ceiling / 2) * random()
}
