import type { ComponentLimits } from './component-limits.ts'
import { ComponentRefused } from './component-refused.ts'

/** What the server says when the secret or the JID is wrong. */
const NOT_MENDED_BY_TIME: readonly string[] = ['not-authorized', 'host-unknown', 'invalid-namespace']

/** Whether only a person can mend this. */
export function isWrongSetting(error: unknown): error is ComponentRefused {
  return error instanceof ComponentRefused && NOT_MENDED_BY_TIME.includes(error.condition)
}

/** Milliseconds to wait after the so many-th failure in a row, the first being 1; jitter takes up to half of it. */
export function reconnectPause(
  failures: number,
  error: unknown,
  limits: Pick<ComponentLimits, 'firstPauseMs' | 'longestPauseMs' | 'refusedPauseMs'>,
): number {
  const longest = isWrongSetting(error) ? limits.refusedPauseMs : limits.longestPauseMs
  const pause = Math.min(limits.firstPauseMs * 2 ** (failures - 1), longest)
  return pause * (0.5 + Math.random() / 2)
}
