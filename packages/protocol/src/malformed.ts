import { Refusal } from './refusals.ts'

/** Refuses as `bad-request`, naming what is wrong. */
export function malformed(name: string, expected: string): Refusal {
  return new Refusal('bad-request', { reason: `${name} must be ${expected}` })
}
