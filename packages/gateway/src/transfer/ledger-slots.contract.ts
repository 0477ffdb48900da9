import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import {
  commitOf,
  DAY_MS,
  expectRejection,
  HOUR_MS,
  LedgerUploads,
  type UploadLedgerFixture,
} from './ledger-uploads.contract.ts'
import type { NewUpload, UploadLedger, UploadRecord } from './upload-ledger.ts'

const PLAIN = { messageId: undefined, delivery: undefined } as const

export function describeLedgerSlots(open: () => UploadLedgerFixture) {
  describe('slots', () => {
    let ledger: UploadLedger
    let uploads: LedgerUploads

    before(() => {
      ;({ ledger } = open())
      uploads = new LedgerUploads(ledger)
    })

    const replaceBy = (seen: UploadRecord, by: string, writer = 'node-b') =>
      ledger.replace({ id: seen.id, epoch: seen.epoch, by, writer, expiresAfterMs: DAY_MS })

    async function replaced(seen: UploadRecord): Promise<UploadRecord> {
      const next = await replaceBy(seen, randomUUID())
      if (!next) throw new Error('it was not replaced')
      return next
    }

    async function dueSweeps(): Promise<readonly string[]> {
      return (await ledger.dueSweeps(10_000)).map(({ id }) => id)
    }

    it('puts a new upload with a writer in the place of an unfinished one (LEDGER rule 3)', async () => {
      const touched = [
        await uploads.receiving(0, PLAIN),
        await uploads.receiving(10, PLAIN),
        await uploads.paused(10, PLAIN),
        await uploads.move(await uploads.paused(10, PLAIN), 'cancelled'),
        await uploads.move(await uploads.paused(10, PLAIN), 'discarded'),
      ]
      for (const before of touched) {
        const by = randomUUID()
        const next = await replaceBy(before, by)
        const { owner, size, media, offeredAt } = before
        expect(next, before.state).to.deep.include({
          id: by,
          owner,
          size,
          media,
          offeredAt,
          state: 'receiving',
          committed: 0,
          epoch: 1,
          writer: 'node-b',
          messageId: undefined,
          delivery: undefined,
          hash: 'none',
        })
        expect(next?.expiresAt.getTime()).to.be.greaterThan(Date.now() + HOUR_MS)
        expect(await ledger.findByMedia(media.id)).to.deep.equal(next)
        expect(await ledger.find(before.id), 'the old one is found no more').to.equal(undefined)
        expect(await dueSweeps()).to.include(before.id)
      }
    })

    it('leaves nothing to sweep of an upload that never had a writer', async () => {
      const before = await uploads.offered(PLAIN)
      await replaced(before)
      expect(await dueSweeps()).not.to.include(before.id)
    })

    it('sweeps what a replaced writer may yet store, a second time (I6)', async () => {
      const before = await uploads.receiving(10, PLAIN)
      await replaced(before)
      const sweep = (await ledger.dueSweeps(10_000)).find(({ id }) => id === before.id)
      if (!sweep) throw new Error('it is not swept')
      expect(sweep.state).to.equal('discarded')
      await ledger.swept(sweep)
      expect(await ledger.chunkKeys(before.id)).to.deep.equal([])
      const { passTime, putsSettleWithinMs } = open()
      await passTime(putsSettleWithinMs)
      expect(await dueSweeps()).to.include(before.id)
    })

    it('lets a replaced writer commit no more, and the new one all (I3)', async () => {
      const before = await uploads.receiving(10, PLAIN)
      const next = await replaced(before)
      expect(await ledger.commit(commitOf({ ...before, committed: 10 }, [[10, 20]]))).to.equal(false)
      const { epoch } = await ledger.resolve(before.id, [])
      expect(epoch).to.equal(before.epoch + 1)
      const { id, committed, grantNo } = before
      expect(await ledger.take({ id, epoch, committed, grantNo, writer: 'node-a' })).to.equal(undefined)
      await uploads.commit(next, [[0, next.size]], { state: 'complete' })
      expect(await ledger.findByMedia(before.media.id)).to.include({ id: next.id, state: 'complete' })
    })

    it('replaces once: one of twenty at once is the new one', async () => {
      for (const before of [
        await uploads.paused(10, PLAIN),
        await uploads.move(await uploads.paused(10, PLAIN), 'discarded'),
      ]) {
        const ids = Array.from({ length: 20 }, () => randomUUID())
        const answers = await Promise.all(ids.map((id) => replaceBy(before, id)))
        const winners = answers.filter((answer) => answer !== undefined)
        expect(winners).to.have.length(1)
        expect(await ledger.findByMedia(before.media.id)).to.deep.equal(winners[0])
        for (const id of ids) {
          if (id !== winners[0]?.id) await expectRejection(ledger.resolve(id, []))
        }
      }
    })

    it('either replaces or completes, when both come at once, and loses nothing that was complete', async () => {
      for (let round = 0; round < 20; round++) {
        const before = await uploads.receiving(0, PLAIN)
        const [committed, next] = await Promise.all([
          ledger.commit(commitOf(before, [[0, before.size]], { state: 'complete' })),
          replaceBy(before, randomUUID()),
        ])
        expect(committed).to.equal(next === undefined)
        const after = await ledger.findByMedia(before.media.id)
        expect(after).to.include(
          committed ? { id: before.id, state: 'complete' } : { id: next?.id, state: 'receiving' },
        )
      }
    })

    it('replaces nothing that is no longer as seen, complete, taken back, expired, or promised to somebody', async () => {
      const moved = await uploads.receiving(0, PLAIN)
      const kept: [why: string, seen: UploadRecord][] = [
        ['another writer came', { ...moved, epoch: 0 }],
        ['complete', await uploads.complete(PLAIN)],
        ['deleted', await uploads.move(await uploads.complete(PLAIN), 'deleted')],
        ['expired', await uploads.ended('expired', PLAIN)],
        ['past its expiry', await uploads.offered({ ...PLAIN, expiresAfterMs: -1 })],
        ['a message carries it', await uploads.paused(10)],
        ['its hash is known', await uploads.paused(10, { ...PLAIN, hash: { sha256: 'ab'.repeat(32) } })],
        ['its hash is due', await uploads.paused(10, { ...PLAIN, hash: 'later' })],
      ]
      for (const [why, seen] of kept) {
        const by = randomUUID()
        expect(await replaceBy(seen, by), why).to.equal(undefined)
        expect(await ledger.find(by), why).to.equal(undefined)
        expect((await ledger.findByMedia(seen.media.id))?.id, why).to.equal(seen.id)
      }
      const never = { ...moved, id: randomUUID() }
      expect(await replaceBy(never, randomUUID())).to.equal(undefined)
    })
  })

  describe('quotas', () => {
    const quota = { bytes: 1_000, windowMs: DAY_MS }
    let ledger: UploadLedger
    let uploads: LedgerUploads

    before(() => {
      ;({ ledger } = open())
      uploads = new LedgerUploads(ledger)
    })

    const ask = (owner: string, size: number, given: Partial<NewUpload> = {}) =>
      ledger.offerWithin(quota, uploads.fresh({ ...PLAIN, owner, size, ...given }))

    async function made(owner: string, size: number, given: Partial<NewUpload> = {}): Promise<UploadRecord> {
      const answer = await ask(owner, size, given)
      if ('retryAt' in answer) throw new Error('it is over the quota')
      expect(answer.created).to.equal(true)
      return answer.upload
    }

    it('makes uploads as an offer does, up to the last byte of the quota', async () => {
      const offer = uploads.fresh({ size: 400 })
      const { owner } = offer
      const answer = await ledger.offerWithin(quota, offer)
      expect(answer).to.deep.equal({ created: true, upload: await uploads.see(offer.id) })
      await made(owner, 600)
      await made(owner, 0)
      const { upload } = await ledger.offer(uploads.fresh({ ...PLAIN, owner: `x${owner}`, size: 1_000 }))
      expect(upload.state).to.equal('offered')
      expect(await ask(owner, 1)).to.have.property('retryAt')
      await made(`y${owner}`, 1_000)
    })

    it('says when enough will have left the window, and makes it then', async () => {
      const { owner } = uploads.fresh()
      const first = await made(owner, 300)
      await open().passTime(HOUR_MS)
      const second = await made(owner, 600)
      const after = (upload: UploadRecord, passedMs: number) => upload.offeredAt.getTime() + DAY_MS - passedMs
      const small = await ask(owner, 400)
      const large = await ask(owner, 401)
      if (!('retryAt' in small && 'retryAt' in large)) throw new Error('the quota was not held')
      expect(small.retryAt.getTime()).to.be.within(after(first, HOUR_MS), after(first, HOUR_MS) + 2)
      expect(large.retryAt.getTime()).to.be.within(after(second, 0), after(second, 0) + 2)
      await open().passTime(DAY_MS - HOUR_MS)
      await made(owner, 400)
    })

    it('counts what was asked for whatever became of it, but what was replaced once', async () => {
      const { owner } = uploads.fresh()
      await uploads.move(await made(owner, 500), 'discarded')
      const slot = await made(owner, 400)
      const { id, epoch } = slot
      const again = await ledger.replace({ id, epoch, by: randomUUID(), writer: 'a', expiresAfterMs: DAY_MS })
      expect(again).to.include({ size: 400 })
      await made(owner, 100)
      expect(await ask(owner, 1)).to.have.property('retryAt')
    })

    it('answers what is there to a repeated offer, however little is left', async () => {
      const { owner, messageId } = uploads.fresh()
      const upload = await made(owner, 1_000, { messageId })
      expect(await ask(owner, 900, { messageId })).to.deep.equal({ created: false, upload })
    })

    it('makes of twenty at once no more than fit', async () => {
      const { owner } = uploads.fresh()
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(owner, 300)))
      expect(answers.filter((answer) => !('retryAt' in answer))).to.have.length(3)
      expect(await ledger.unfinished(owner)).to.have.length(3)
    })

    it('makes one upload of twenty equal offers at once', async () => {
      const { owner, messageId } = uploads.fresh()
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(owner, 300, { messageId })))
      const ids = answers.map((answer) => ('upload' in answer ? answer.upload.id : 'refused'))
      expect(new Set(ids).size).to.equal(1)
    })

    it('takes an upload that never fits for a mistake', async () => {
      await expectRejection(ask('x@localhost', 1_001))
    })
  })
}
