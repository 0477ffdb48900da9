import { expect } from 'chai'
import { Refusal } from './refusals.ts'
import { nextUploadState, UPLOAD_EVENTS, type UploadEvent, type UploadSnapshot } from './upload-state.ts'
import { UPLOAD_STATES, type UploadState } from './upload-states.ts'

const now = new Date('2026-03-01T12:00:00.000Z')
const later = new Date(now.getTime() + 1)

type Table = Record<UploadState, Record<UploadEvent, string>>

/** A state, or `no:` and the code of the refusal. */
function outcome(upload: Partial<UploadSnapshot> & { state: UploadState }, event: UploadEvent): string {
  const next = nextUploadState(
    { committed: 10, size: 99, hash: 'none', expiresAt: later, ...upload },
    event,
    now,
  )
  return next instanceof Refusal ? `no: ${next.code}` : next
}

const incomplete = 'no: upload-incomplete'
const expired = 'no: upload-expired'
const complete = 'no: upload-complete'
const busy = 'no: upload-busy'
const gone = 'no: media-gone'
const discarded = 'no: upload-discarded'
const cancelled = 'no: upload-cancelled'

// Some bytes are there, no hash was offered, time is left.
const MIDWAY: Table = {
  offered: {
    take: 'receiving',
    pause: 'offered',
    fill: incomplete,
    cancel: 'cancelled',
    resume: 'offered',
    discard: 'discarded',
    expire: incomplete,
    verified: incomplete,
    mismatch: incomplete,
    delete: incomplete,
  },
  receiving: {
    take: 'receiving',
    pause: 'paused',
    fill: incomplete,
    cancel: 'cancelled',
    resume: 'paused',
    discard: 'discarded',
    expire: incomplete,
    verified: incomplete,
    mismatch: incomplete,
    delete: incomplete,
  },
  paused: {
    take: 'receiving',
    pause: 'paused',
    fill: incomplete,
    cancel: 'cancelled',
    resume: 'paused',
    discard: 'discarded',
    expire: incomplete,
    verified: incomplete,
    mismatch: incomplete,
    delete: incomplete,
  },
  cancelled: {
    take: cancelled,
    pause: cancelled,
    fill: cancelled,
    cancel: 'cancelled',
    resume: 'paused',
    discard: 'discarded',
    expire: incomplete,
    verified: incomplete,
    mismatch: incomplete,
    delete: incomplete,
  },
  verifying: {
    take: busy,
    pause: busy,
    fill: busy,
    cancel: complete,
    resume: 'verifying',
    discard: 'discarded',
    expire: busy,
    verified: busy,
    mismatch: busy,
    delete: incomplete,
  },
  complete: {
    take: complete,
    pause: complete,
    fill: complete,
    cancel: complete,
    resume: 'complete',
    discard: complete,
    expire: complete,
    verified: complete,
    mismatch: complete,
    delete: 'deleted',
  },
  deleted: {
    take: gone,
    pause: gone,
    fill: gone,
    cancel: gone,
    resume: gone,
    discard: gone,
    expire: gone,
    verified: gone,
    mismatch: gone,
    delete: 'deleted',
  },
  discarded: {
    take: discarded,
    pause: discarded,
    fill: discarded,
    cancel: discarded,
    resume: discarded,
    discard: 'discarded',
    expire: discarded,
    verified: discarded,
    mismatch: discarded,
    delete: discarded,
  },
  expired: {
    take: expired,
    pause: expired,
    fill: expired,
    cancel: expired,
    resume: expired,
    discard: expired,
    expire: 'expired',
    verified: expired,
    mismatch: expired,
    delete: expired,
  },
}

const NOTHING_BUT_EXPIRE: Record<UploadEvent, string> = {
  take: expired,
  pause: expired,
  fill: expired,
  cancel: expired,
  resume: expired,
  discard: expired,
  expire: 'expired',
  verified: expired,
  mismatch: expired,
  delete: expired,
}

const OVERDUE: Table = {
  ...MIDWAY,
  offered: NOTHING_BUT_EXPIRE,
  receiving: NOTHING_BUT_EXPIRE,
  paused: NOTHING_BUT_EXPIRE,
  cancelled: NOTHING_BUT_EXPIRE,
}

function itFollows(what: string, table: Table, snapshot: Partial<UploadSnapshot>): void {
  for (const state of UPLOAD_STATES) {
    it(`follows every cell of ${state}, ${what}`, () => {
      const row = Object.fromEntries(
        UPLOAD_EVENTS.map((event) => [event, outcome({ ...snapshot, state }, event)]),
      )
      expect(row).to.deep.equal(table[state])
    })
  }
}

describe('nextUploadState', () => {
  itFollows('midway', MIDWAY, {})
  itFollows('at the moment of expiry', OVERDUE, { expiresAt: now })

  const hashed = (table: Table): Table => ({
    ...table,
    verifying: { ...table.verifying, verified: 'complete', mismatch: 'discarded' },
  })
  itFollows('midway with a known hash', hashed(MIDWAY), { hash: 'known' })
  itFollows('midway with a hash to come', MIDWAY, { hash: 'later' })

  const full = (filled: string): Table => ({
    ...MIDWAY,
    // Never so with a byte in it: who writes the first one is receiving.
    offered: { ...MIDWAY.offered, fill: filled },
    receiving: { ...MIDWAY.receiving, fill: filled, resume: filled },
    paused: { ...MIDWAY.paused, fill: filled, resume: filled },
    cancelled: { ...MIDWAY.cancelled, resume: filled },
  })
  const empty = (filled: string): Table => ({
    ...full(filled),
    offered: { ...MIDWAY.offered, take: busy, fill: filled, resume: filled },
  })
  itFollows('all bytes there', full('complete'), { committed: 99 })
  itFollows('all bytes there, the hash known', hashed(full('verifying')), { committed: 99, hash: 'known' })
  itFollows('all bytes there, the hash to come', full('verifying'), { committed: 99, hash: 'later' })
  itFollows('an empty file', empty('complete'), { committed: 0, size: 0 })
  itFollows('an empty file with a hash', hashed(empty('verifying')), { committed: 0, size: 0, hash: 'known' })

  it('expires in verifying only what still waits for its hash', () => {
    const overdue = { state: 'verifying', committed: 99, expiresAt: now } as const
    expect(outcome({ ...overdue, hash: 'later' }, 'expire')).to.equal('expired')
    expect(outcome({ ...overdue, hash: 'later', expiresAt: later }, 'expire')).to.equal(busy)
    expect(outcome({ ...overdue, hash: 'known' }, 'expire')).to.equal(busy)
    expect(outcome({ ...overdue, hash: 'later' }, 'resume')).to.equal('verifying')
  })

  it('says of an upload that its hash ended why it was discarded', () => {
    for (const event of UPLOAD_EVENTS) {
      const expected = event === 'discard' ? 'discarded' : 'no: hash-mismatch'
      expect(outcome({ state: 'discarded', endedReason: 'hash-mismatch' }, event)).to.equal(expected)
    }
  })

  it('never completes a cancelled upload but by resume (I4)', () => {
    for (const event of UPLOAD_EVENTS.filter((name) => name !== 'resume')) {
      expect(outcome({ state: 'cancelled', committed: 99 }, event)).not.to.be.oneOf(['complete', 'verifying'])
    }
  })

  it('leaves complete only by delete (I5)', () => {
    const ways = UPLOAD_EVENTS.filter((event) => !outcome({ state: 'complete' }, event).startsWith('no:'))
    expect(ways).to.deep.equal(['resume', 'delete'])
  })
})
