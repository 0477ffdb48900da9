import { expect } from 'chai'
import {
  DELIVERY_STATES,
  type DeliveryEvent,
  type DeliverySnapshot,
  type DeliveryState,
  nextDeliveryState,
} from './delivery-state.ts'
import { Refusal } from './refusals.ts'

const now = new Date('2026-03-01T12:00:00.000Z')
const phone = 'alice@example.org/phone'
const laptop = 'alice@example.org/laptop'

const EVENTS = {
  withhold: { type: 'withhold' },
  release: { type: 'release' },
  'claim by the phone': { type: 'claim', device: phone },
  'claim by the laptop': { type: 'claim', device: laptop },
  'sent by the phone': { type: 'sent', device: phone },
  'sent by the laptop': { type: 'sent', device: laptop },
} as const satisfies Record<string, DeliveryEvent>

type Table = Record<DeliveryState, Record<keyof typeof EVENTS, string>>

/** A state, or `no:` and the code of the refusal. */
function outcome(delivery: DeliverySnapshot, event: DeliveryEvent): string {
  const next = nextDeliveryState(delivery, event, now)
  return next instanceof Refusal ? `no: ${next.code}` : next
}

// The phone holds the lease, if anybody does.
const LIVING: Table = {
  unsent: {
    withhold: 'withheld',
    release: 'unsent',
    'claim by the phone': 'claimed',
    'claim by the laptop': 'claimed',
    'sent by the phone': 'sent',
    'sent by the laptop': 'sent',
  },
  withheld: {
    withhold: 'withheld',
    release: 'unsent',
    'claim by the phone': 'no: message-withheld',
    'claim by the laptop': 'no: message-withheld',
    'sent by the phone': 'sent',
    'sent by the laptop': 'sent',
  },
  claimed: {
    withhold: 'no: upload-complete',
    release: 'claimed',
    'claim by the phone': 'claimed',
    'claim by the laptop': 'no: claimed-elsewhere',
    'sent by the phone': 'sent',
    'sent by the laptop': 'sent',
  },
  sent: {
    withhold: 'no: upload-complete',
    release: 'sent',
    'claim by the phone': 'no: message-sent',
    'claim by the laptop': 'no: message-sent',
    'sent by the phone': 'sent',
    'sent by the laptop': 'sent',
  },
}

const LAPSED: Table = {
  ...LIVING,
  claimed: { ...LIVING.claimed, withhold: 'withheld', 'claim by the laptop': 'claimed' },
}

function itFollows(what: string, table: Table, leaseUntil: Date | undefined): void {
  for (const state of DELIVERY_STATES) {
    it(`follows every cell of ${state}, ${what}`, () => {
      const cells = Object.entries(EVENTS).map(([name, event]) => [
        name,
        outcome({ state, device: phone, leaseUntil }, event),
      ])
      expect(Object.fromEntries(cells)).to.deep.equal(table[state])
    })
  }
}

describe('nextDeliveryState', () => {
  itFollows('while the lease lives', LIVING, new Date(now.getTime() + 1))
  itFollows('at the end of the lease', LAPSED, now)
  itFollows('without a lease', LAPSED, undefined)
})
