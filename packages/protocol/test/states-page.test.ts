import {
  DELIVERY_STATES,
  type DeliveryState,
  nextDeliveryState,
  nextUploadState,
  Refusal,
  UPLOAD_EVENTS,
  UPLOAD_STATES,
  type UploadEvent,
  type UploadSnapshot,
  type UploadState,
} from '@sluice/protocol'
import { expect } from 'chai'
import { codes, section } from './protocol-page.ts'

const now = new Date('2026-03-01T12:00:00.000Z')
const later = new Date(now.getTime() + 1)
const DELIVERY_EVENTS = ['withhold', 'release', 'claim', 'sent'] as const

function name(outcome: string | Refusal): string {
  return outcome instanceof Refusal ? outcome.code : outcome
}

/** All that differs between uploads of one state. */
function snapshots(state: UploadState): UploadSnapshot[] {
  const lengths = [
    { committed: 10, size: 99 },
    { committed: 99, size: 99 },
    { committed: 0, size: 0 },
  ]
  return lengths.flatMap((length) =>
    (['none', 'known', 'later'] as const).flatMap((hash) =>
      [{}, { endedReason: 'hash-mismatch' as const }].flatMap((ended) =>
        [now, later].map((expiresAt) => ({ state, hash, ...length, ...ended, expiresAt })),
      ),
    ),
  )
}

/** What may come of an event; an upload past its expiry is asked only whether it expires. */
function uploadOutcomes(state: UploadState, event: UploadEvent): Set<string> {
  const asked = snapshots(state).filter(({ expiresAt }) => event === 'expire' || expiresAt > now)
  return new Set(asked.map((snapshot) => name(nextUploadState(snapshot, event, now))))
}

function deliveryOutcomes(state: DeliveryState, type: (typeof DELIVERY_EVENTS)[number]): Set<string> {
  const devices = ['a@example.org/1', 'a@example.org/2']
  const outcomes = devices.flatMap((device) =>
    [now, later].map((leaseUntil) =>
      name(nextDeliveryState({ state, device: devices[0], leaseUntil }, { type, device: device }, now)),
    ),
  )
  return new Set(outcomes)
}

function itShows<S extends string, E extends string>(
  heading: string,
  states: readonly S[],
  events: readonly E[],
  outcomes: (state: S, event: E) => Set<string>,
): void {
  describe(`docs/protocol.md, the states ${heading.toLowerCase()}`, () => {
    const { tables, heads } = section(heading)
    const rows = tables.get('event') ?? []

    it('names each state', () => {
      expect(heads.get('event')?.flatMap(codes)).to.deep.equal([...states])
    })

    for (const event of events) {
      it(`says what ${event} leads to`, () => {
        const cells = rows.find(([first = '']) => codes(first)[0] === event)?.slice(1) ?? []
        const shown = cells.map((cell) => codes(cell).sort())
        expect(shown).to.deep.equal(states.map((state) => [...outcomes(state, event)].sort()))
      })
    }

    it('names each event, and says when it comes', () => {
      expect(rows.flatMap(([first = '']) => codes(first))).to.deep.equal([...events])
      expect(tables.get('comes')?.flatMap(([first = '']) => codes(first))).to.deep.equal([...events])
    })
  })
}

itShows('Of an upload', UPLOAD_STATES, UPLOAD_EVENTS, uploadOutcomes)
itShows('Of the message', DELIVERY_STATES, DELIVERY_EVENTS, deliveryOutcomes)

describe('docs/protocol.md, an unfinished upload past its expiry', () => {
  it('answers all but expire with upload-expired', () => {
    for (const state of ['offered', 'receiving', 'paused', 'cancelled'] as const) {
      for (const snapshot of snapshots(state).filter(({ expiresAt }) => expiresAt <= now)) {
        for (const event of UPLOAD_EVENTS) {
          expect(name(nextUploadState(snapshot, event, now))).to.equal(
            event === 'expire' ? 'expired' : 'upload-expired',
          )
        }
      }
    }
  })
})
