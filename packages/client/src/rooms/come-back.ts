import { type Clock, sleep } from '../clock.ts'
import type { Log } from '../log.ts'
import { retryDelay } from '../retry-delay.ts'
import { isTemporary } from '../session/is-temporary.ts'
import type { Room } from './room.ts'

interface Needs {
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

/**
 * Enters a room again, however often that takes. Rejects with what will not go away, or with the signal's reason.
 */
export async function comeBack(room: Room, needs: Needs, signal: AbortSignal): Promise<void> {
  const { clock, random, log } = needs
  for (let attempt = 0; ; attempt++) {
    try {
      return await room.enter(signal)
    } catch (error) {
      if (signal.aborted || !isTemporary(error)) throw error
      log('warn', 'a room was not entered again; it is tried again', { room: room.jid, error })
    }
    await sleep(clock, retryDelay(attempt, random), signal)
  }
}
