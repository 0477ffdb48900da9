import type { StanzaError } from '@sluice/protocol'

const STATUS: Readonly<Record<string, number>> = {
  'bad-request': 400,
  'jid-malformed': 400,
  'not-authorized': 401,
  'subscription-required': 401,
  forbidden: 403,
  'not-allowed': 403,
  'policy-violation': 403,
  'item-not-found': 404,
  'recipient-unavailable': 404,
  'remote-server-not-found': 404,
  conflict: 409,
  gone: 410,
  'not-acceptable': 406,
  'registration-required': 407,
  'feature-not-implemented': 501,
  'internal-server-error': 500,
  'remote-server-timeout': 504,
  'resource-constraint': 503,
  'service-unavailable': 503,
}

/** An error of a server or a peer that is none of our refusals. */
export class StanzaRefused extends Error {
  override readonly name = 'StanzaRefused'
  readonly condition: string
  /** The nearest HTTP status of the condition (XEP-0086's idea, today's names). */
  readonly statusCode: number
  readonly retryable: boolean

  constructor(error: StanzaError) {
    super(error.text || error.condition)
    this.condition = error.condition
    this.statusCode = STATUS[error.condition] ?? 500
    // RFC 6120 §8.3.2: the only type that promises anything for later.
    this.retryable = error.type === 'wait'
  }
}

/**
 * Whether a server on the way does not get there now. For a component that is away Prosody answers with
 * `remote-server-timeout`; ejabberd looks for it elsewhere and finds `remote-server-not-found`, of type cancel.
 */
export function isOutOfReach({ condition }: StanzaRefused): boolean {
  return condition === 'remote-server-not-found' || condition === 'remote-server-timeout'
}

/** Whether a service that was found before is not connected to its server at the moment. */
export function isAway(refused: StanzaRefused): boolean {
  return isOutOfReach(refused) || refused.condition === 'service-unavailable'
}
