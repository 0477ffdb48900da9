import { StanzaRefused } from '../session/stanza-refused.ts'
import { Unreachable } from '../unreachable.ts'

/** Whether a room may do later what it does not do now. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof StanzaRefused) return error.retryable || isOutOfReach(error)
  return error instanceof Unreachable
}

/** Whether a server on the way says that it does not get there now; some do so with the type cancel. */
export function isOutOfReach({ condition }: StanzaRefused): boolean {
  return condition === 'remote-server-not-found' || condition === 'remote-server-timeout'
}
