import { Refusal, type RefusalCode } from './refusals.ts'

/** The sending of the message that carries a complete upload (I8). */
export const DELIVERY_STATES = ['unsent', 'withheld', 'claimed', 'sent'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

export interface DeliverySnapshot {
  readonly state: DeliveryState
  /** Full JID that holds the lease, while `claimed`. */
  readonly device?: string | undefined
  readonly leaseUntil?: Date | undefined
}

export type DeliveryEvent =
  | { readonly type: 'withhold' | 'release' }
  | { readonly type: 'claim' | 'sent'; readonly device: string }

interface Lease {
  readonly living: boolean
  /** The event's device holds it. */
  readonly mine: boolean
}
type Rule = DeliveryState | RefusalCode | ((lease: Lease) => DeliveryState | RefusalCode)

/** State × event, whole. What is not a state is a refusal's code. */
const RULES: Record<DeliveryState, Record<DeliveryEvent['type'], Rule>> = {
  unsent: { withhold: 'withheld', release: 'unsent', claim: 'claimed', sent: 'sent' },
  withheld: { withhold: 'withheld', release: 'unsent', claim: 'message-withheld', sent: 'sent' },
  claimed: {
    // The device may be writing it to the wire at this moment.
    withhold: ({ living }) => (living ? 'upload-complete' : 'withheld'),
    release: 'claimed',
    claim: ({ living, mine }) => (living && !mine ? 'claimed-elsewhere' : 'claimed'),
    sent: 'sent',
  },
  sent: { withhold: 'upload-complete', release: 'sent', claim: 'message-sent', sent: 'sent' },
}

/**
 * The sending of a message as one total, pure function: never throws. `sent` is taken from any device in any
 * state: once the server has the message, only the truth helps.
 */
export function nextDeliveryState(
  delivery: DeliverySnapshot,
  event: DeliveryEvent,
  now: Date,
): DeliveryState | Refusal {
  const rule = RULES[delivery.state][event.type]
  const lease = {
    living: delivery.leaseUntil !== undefined && now < delivery.leaseUntil,
    mine: 'device' in event && event.device === delivery.device,
  }
  const outcome = typeof rule === 'function' ? rule(lease) : rule
  return isState(outcome) ? outcome : new Refusal(outcome)
}

function isState(outcome: DeliveryState | RefusalCode): outcome is DeliveryState {
  return (DELIVERY_STATES as readonly string[]).includes(outcome)
}
