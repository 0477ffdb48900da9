import { REFUSALS, Refusal, type RefusalCode, type RefusalDetails } from './refusals.ts'

/** A refusal as the body of an HTTP answer. */
export interface RefusalJson {
  readonly code: RefusalCode
  readonly message: string
  readonly statusCode: number
  readonly retryable: boolean
  readonly details: RefusalDetails
}

export function refusalJson(refusal: Refusal): RefusalJson {
  const { status, retryable } = refusal.spelling
  return {
    code: refusal.code,
    message: refusal.message,
    statusCode: status,
    retryable,
    details: refusal.details,
  }
}

/**
 * The refusal in an HTTP answer. Undefined when the answer is not the gateway's own: a proxy's error page, or a
 * code that does not belong to the status.
 */
export function refusalFromJson(status: number, body: unknown): Refusal | undefined {
  const { code, details } = propertiesOf(body)
  if (!isRefusalCode(code) || REFUSALS[code].status !== status) return undefined
  return new Refusal(code, refusalDetails(details))
}

export function isRefusalCode(code: unknown): code is RefusalCode {
  return typeof code === 'string' && Object.hasOwn(REFUSALS, code)
}

/** What of this value can be details: its strings and numbers. */
export function refusalDetails(value: unknown): RefusalDetails {
  const entries = Object.entries(propertiesOf(value)).filter(
    (entry): entry is [string, string | number] =>
      typeof entry[1] === 'string' || typeof entry[1] === 'number',
  )
  return Object.fromEntries(entries)
}

function propertiesOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
