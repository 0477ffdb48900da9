import { Unreachable } from '../unreachable.ts'
import { isOutOfReach, StanzaRefused } from './stanza-refused.ts'

/** Whether a service may do later what it does not do now. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof StanzaRefused) return error.retryable || isOutOfReach(error)
  return error instanceof Unreachable
}
