import { Refusal } from '@sluice/protocol'
import { type Clock, sleep } from '../clock.ts'
import { retryDelay } from '../retry-delay.ts'
import type { Session } from '../session/session.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { Unreachable } from '../unreachable.ts'

const ATTEMPTS_ONLINE = 20

export interface Persistence {
  readonly session: Session
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  /** Told before each wait. */
  readonly onWaiting?: ((error: unknown) => void) | undefined
}

/** Whether the same request may succeed later without a change. */
export function isTransient(error: unknown): boolean {
  // A quota may take a day: nothing waits for that, the app hears of it and resumes when it likes.
  if (error instanceof Refusal) return error.spelling.retryable && error.code !== 'over-quota'
  if (error instanceof StanzaRefused) return error.retryable
  return error instanceof Unreachable
}

/**
 * Counts attempts and waits between them. While the line is down any number is made, for it may be down for a
 * week; with the line up and the same failure again, 20.
 */
export class Patience {
  readonly #how: Persistence
  #attempt = 0
  #online = 0

  constructor(how: Persistence) {
    this.#how = how
  }

  /** Something went well. */
  renew(): void {
    this.#attempt = 0
    this.#online = 0
  }

  /**
   * Waits before the next attempt: for the backoff, or until the line is back if that is earlier. Rejects with the
   * error itself when it is not transient or patience has run out, and with the signal's reason when it aborts.
   */
  async afterFailure(error: unknown): Promise<void> {
    const { session, clock, random, signal, onWaiting } = this.#how
    signal.throwIfAborted()
    const down = session.state !== 'online'
    if (!down) this.#online += 1
    if (!isTransient(error) || this.#online >= ATTEMPTS_ONLINE) throw error
    onWaiting?.(error)
    const over = new AbortController()
    const delay = sleep(clock, retryDelay(this.#attempt, random), AbortSignal.any([signal, over.signal]))
    this.#attempt += 1
    const back = down ? session.online(AbortSignal.any([signal, over.signal])) : delay
    try {
      await Promise.race([delay, back])
    } finally {
      over.abort()
      await Promise.allSettled([delay, back])
    }
  }
}

/** Runs a request until it succeeds or is refused for good. With `online` it is made only while the line is up. */
export async function persistently<T>(
  how: Persistence & { online: boolean },
  request: () => Promise<T>,
): Promise<T> {
  const patience = new Patience(how)
  for (;;) {
    if (how.online && how.session.state !== 'online') {
      how.onWaiting?.(new Unreachable('Not connected'))
      await how.session.online(how.signal)
    }
    how.signal.throwIfAborted()
    try {
      return await request()
    } catch (error) {
      await patience.afterFailure(error)
    }
  }
}
