import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../transfer/clock.ts'

/** The clock and the timers of this process. */
export class SystemClock implements Clock {
  now(): Date {
    return new Date()
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    try {
      await sleep(ms, undefined, { signal })
    } catch {
      // Aborted: to wake up early is no failure.
    }
  }

  every(ms: number, run: () => void): () => void {
    const timer = setInterval(run, ms)
    timer.unref()
    return () => clearInterval(timer)
  }
}
