import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import {
  commitOf,
  DAY_MS,
  expectRejection,
  HOUR_MS,
  KIB,
  LedgerUploads,
  type UploadLedgerFixture,
} from './ledger-uploads.contract.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'

export function describeLedgerWriting(open: () => UploadLedgerFixture) {
  describe('writing', () => {
    let fixture: UploadLedgerFixture
    let ledger: UploadLedger
    let uploads: LedgerUploads

    before(() => {
      fixture = open()
      ledger = fixture.ledger
      uploads = new LedgerUploads(ledger)
    })

    const unchanged = async (before: UploadRecord) => {
      expect(await uploads.see(before.id)).to.deep.equal(before)
    }

    it('makes the newest taker the writer, under a new epoch', async () => {
      const { id } = await uploads.receiving(10, {}, 'node-a')
      expect(await ledger.take({ id, epoch: 1, committed: 10, grantNo: 0, writer: 'node-b' })).to.equal(2)
      expect(await uploads.see(id)).to.include({
        epoch: 2,
        writer: 'node-b',
        state: 'receiving',
        committed: 10,
      })
    })

    it('lets nobody write who saw another epoch, offset or grant, nor into a state that takes no bytes', async () => {
      const receiving = await uploads.receiving(10)
      const { id } = receiving
      const view = { id, epoch: 1, committed: 10, grantNo: 0, writer: 'late' }
      for (const stale of [
        { epoch: 0 },
        { epoch: 2 },
        { committed: 9 },
        { grantNo: 1 },
        { id: randomUUID() },
      ])
        expect(await ledger.take({ ...view, ...stale }), JSON.stringify(stale)).to.equal(undefined)
      await unchanged(receiving)
      for (const upload of [
        await uploads.move(receiving, 'cancelled'),
        await uploads.complete(),
        await uploads.ended('discarded'),
        await uploads.offered({ expiresAfterMs: -1 }),
      ]) {
        const { epoch, committed, grantNo } = upload
        expect(await ledger.take({ id: upload.id, epoch, committed, grantNo, writer: 'late' })).to.equal(
          undefined,
        )
        await unchanged(upload)
      }
    })

    it('records chunks and moves the offset together', async () => {
      const upload = await uploads.receiving()
      const chunks = await uploads.commit(
        upload,
        [
          [0, 10],
          [10, 11],
          [11, 50 * KIB],
        ],
        { expiresAfterMs: 3 * DAY_MS },
      )
      const after = await uploads.see(upload.id)
      expect(after).to.include({ committed: 50 * KIB, state: 'receiving', epoch: 1, writer: 'node-a' })
      expect(after.expiresAt.getTime()).to.be.greaterThan(upload.expiresAt.getTime() + DAY_MS)
      expect(await ledger.chunks(upload.id, 0, 100 * KIB)).to.deep.equal(chunks)
      expect(await ledger.chunkKeys(upload.id)).to.deep.equal(chunks.map(({ key }) => key))
    })

    it('answers just the chunks that cover a range', async () => {
      const upload = await uploads.receiving()
      const chunks = await uploads.commit(upload, [
        [0, 10],
        [10, 20],
        [20, 30],
      ])
      const covering = async (start: number, stop: number) =>
        (await ledger.chunks(upload.id, start, stop)).map(({ key }) =>
          chunks.findIndex((chunk) => chunk.key === key),
        )
      expect(await covering(0, 10)).to.deep.equal([0])
      expect(await covering(9, 11)).to.deep.equal([0, 1])
      expect(await covering(10, 30)).to.deep.equal([1, 2])
      expect(await covering(29, 99)).to.deep.equal([2])
      expect(await covering(30, 99)).to.deep.equal([])
      expect(await covering(5, 5)).to.deep.equal([])
      expect(await ledger.chunks(randomUUID(), 0, 10)).to.deep.equal([])
    })

    for (const state of ['paused', 'verifying', 'complete'] as const)
      it(`ends the writer with a commit that leaves the upload ${state}`, async () => {
        const upload = await uploads.receiving(0, { hash: state === 'verifying' ? 'later' : 'none' })
        const stop = state === 'paused' ? 10 : upload.size
        await uploads.commit(upload, [[0, stop]], { state })
        expect(await uploads.see(upload.id)).to.include({
          state,
          committed: stop,
          writer: undefined,
          epoch: 1,
        })
        expect(await ledger.commit(commitOf(upload, [[stop, stop + 1]], { committed: stop }))).to.equal(false)
      })

    it('changes nothing for a writer that was overtaken, cancelled or saw another offset', async () => {
      const upload = await uploads.receiving(10)
      const { id } = upload
      expect(await ledger.commit(commitOf(upload, [[9, 20]], { committed: 9 }))).to.equal(false)
      await unchanged(upload)
      expect(await ledger.take({ id, epoch: 1, committed: 10, grantNo: 0, writer: 'node-b' })).to.equal(2)
      const taken = await uploads.see(id)
      expect(await ledger.commit(commitOf(upload, [[10, 20]]))).to.equal(false)
      await unchanged(taken)
      const cancelled = await uploads.move(taken, 'cancelled')
      expect(await ledger.commit(commitOf(taken, [[10, 20]]))).to.equal(false)
      expect(await ledger.commit(commitOf(cancelled, [[10, 20]]))).to.equal(false)
      await unchanged(cancelled)
      expect(await ledger.chunkKeys(id)).to.have.length(1)
    })

    it('tells by its keys whether a commit without an answer took place', async () => {
      const upload = await uploads.receiving()
      const commit = commitOf(upload, [
        [0, 10],
        [10, 20],
      ])
      const keys = commit.chunks.map(({ key }) => key)
      expect(await ledger.resolve(upload.id, keys)).to.deep.equal({
        epoch: 1,
        committed: 0,
        present: new Set(),
      })
      expect(await ledger.commit(commit)).to.equal(true)
      expect(await ledger.commit(commit), 'sent again').to.equal(false)
      const resolved = await ledger.resolve(upload.id, [...keys, `${upload.id}/20-00`])
      expect(resolved).to.deep.equal({ epoch: 1, committed: 20, present: new Set(keys) })
      await expectRejection(ledger.resolve(randomUUID(), keys))
    })

    it('refuses a gap, an overlap, an early end and a byte past the size, and keeps what was', async () => {
      const upload = await uploads.receiving(10)
      const broken = {
        'a gap before': commitOf(upload, [[11, 20]]),
        'a gap within': commitOf(upload, [
          [10, 20],
          [21, 30],
        ]),
        'an overlap before': commitOf(upload, [[9, 20]]),
        'an overlap within': commitOf(upload, [
          [10, 20],
          [19, 30],
        ]),
        'the same bytes again': commitOf(upload, [[0, 10]]),
        'an empty chunk': commitOf(upload, [[10, 10]]),
        'a byte past the size': commitOf(upload, [[10, upload.size + 1]]),
        'complete too early': commitOf(upload, [[10, 20]], { state: 'complete' }),
        'verifying too early': commitOf(upload, [[10, 20]], { state: 'verifying' }),
        'no chunk': commitOf(upload, []),
      }
      for (const [what, commit] of Object.entries(broken)) {
        const outcome = await ledger.commit(commit).catch(() => 'rejected')
        expect(outcome, what).to.equal('rejected')
        await unchanged(upload)
      }
      await uploads.commit(upload, [[10, 20]])
    })

    it('refuses a key that is recorded already, of whatever upload', async () => {
      const [first, second] = [await uploads.receiving(), await uploads.receiving()]
      const chunks = await uploads.commit(first, [[0, 10]])
      await expectRejection(ledger.commit(commitOf(second, [], { chunks })))
      await unchanged(second)
    })

    it('fences: ends the writer, moves the state, and raises the epoch, the grant only if asked', async () => {
      const upload = await uploads.receiving(10, { expiresAfterMs: HOUR_MS })
      const { id } = upload
      const cancelled = await ledger.fence({
        id,
        epoch: 1,
        from: 'receiving',
        to: 'cancelled',
        newGrant: true,
        expiresAfterMs: 2 * DAY_MS,
        progressJid: 'alice@localhost/tablet',
      })
      expect(cancelled).to.deep.equal(await uploads.see(id))
      expect(cancelled).to.include({
        state: 'cancelled',
        epoch: 2,
        grantNo: 1,
        committed: 10,
        writer: undefined,
      })
      expect(cancelled?.delivery).to.include({ progressJid: 'alice@localhost/tablet' })
      expect(cancelled?.expiresAt.getTime()).to.be.greaterThan(upload.expiresAt.getTime() + DAY_MS / 2)
      const paused = await uploads.move(await uploads.see(id), 'paused')
      expect(paused).to.include({ state: 'paused', epoch: 3, grantNo: 1 })
      expect(paused.delivery).to.include({ progressJid: 'alice@localhost/tablet' })
      expect(paused.expiresAt).to.deep.equal(cancelled?.expiresAt)
    })

    it('fences nothing for who saw another epoch or state', async () => {
      const upload = await uploads.receiving(10)
      const fence = { id: upload.id, epoch: 1, from: 'receiving', to: 'cancelled', newGrant: true } as const
      for (const stale of [{ epoch: 0 }, { epoch: 2 }, { from: 'paused' as const }, { id: randomUUID() }])
        expect(await ledger.fence({ ...fence, ...stale }), JSON.stringify(stale)).to.equal(undefined)
      await unchanged(upload)
    })

    it('keeps the reason of an end', async () => {
      const { id } = await uploads.receiving(0, { hash: { sha256: 'ab'.repeat(32) } })
      const full = await uploads.see(id)
      await uploads.commit(full, [[0, full.size]], { state: 'verifying' })
      const moves = { id, epoch: 1, from: 'verifying', to: 'discarded', newGrant: false } as const
      const ended = await ledger.fence({ ...moves, endedReason: 'hash-mismatch' })
      expect(ended).to.include({ state: 'discarded', endedReason: 'hash-mismatch' })
    })

    it('never leaves a final state', async () => {
      const finals = [
        await uploads.complete(),
        await uploads.move(await uploads.complete(), 'deleted'),
        await uploads.ended('discarded'),
        await uploads.ended('expired'),
      ]
      for (const upload of finals) {
        const { id, epoch, state } = upload
        for (const to of ['paused', 'discarded', 'expired', 'offered', 'verifying'] as const) {
          if (to === state) continue
          const outcome = await ledger
            .fence({ id, epoch, from: state, to, newGrant: false })
            .catch(() => 'rejected')
          expect(outcome, `${state} to ${to}`).to.be.oneOf([undefined, 'rejected'])
          await unchanged(upload)
        }
      }
    })

    it('expires only what is past its expiry when it comes to it', async () => {
      const upload = await uploads.receiving()
      const expire = { id: upload.id, epoch: 1, from: 'receiving', to: 'expired', newGrant: false } as const
      expect(await ledger.fence(expire)).to.equal(undefined)
      await fixture.passTime(2 * DAY_MS)
      await uploads.commit(upload, [[0, 10]])
      expect(await ledger.fence(expire), 'progress since').to.equal(undefined)
      await fixture.passTime(2 * DAY_MS)
      expect(await ledger.fence(expire)).to.include({ state: 'expired', writer: undefined })
    })

    it('expires no full upload whose hash was just handed over', async () => {
      const upload = await uploads.receiving(0, { hash: 'later' })
      await uploads.commit(upload, [[0, upload.size]], { state: 'verifying' })
      const waiting = await uploads.receiving(0, { hash: 'later' })
      await uploads.commit(waiting, [[0, waiting.size]], { state: 'verifying' })
      await fixture.passTime(2 * DAY_MS)
      const expire = { epoch: 1, from: 'verifying', to: 'expired', newGrant: false } as const
      expect(await ledger.handOverHash(upload.id, 'ab'.repeat(32))).to.equal(true)
      expect(await ledger.fence({ id: upload.id, ...expire })).to.equal(undefined)
      expect(await ledger.fence({ id: waiting.id, ...expire })).to.include({ state: 'expired' })
    })
  })
}
