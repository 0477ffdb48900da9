import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { DAY_MS, HOUR_MS, KIB, LedgerUploads, type UploadLedgerFixture } from './ledger-uploads.contract.ts'
import type { DueSweep, UploadLedger, UploadRecord } from './upload-ledger.ts'

export function describeLedgerSweeps(open: () => UploadLedgerFixture) {
  describe('sweeps', () => {
    let fixture: UploadLedgerFixture
    let ledger: UploadLedger
    let uploads: LedgerUploads
    let settle: () => Promise<void>

    before(() => {
      fixture = open()
      ledger = fixture.ledger
      uploads = new LedgerUploads(ledger)
      settle = () => fixture.passTime(fixture.putsSettleWithinMs)
    })

    const due = async ({ id }: UploadRecord): Promise<DueSweep | undefined> =>
      (await ledger.dueSweeps(10_000)).find((sweep) => sweep.id === id)

    const sweep = async (upload: UploadRecord): Promise<void> => {
      const found = await due(upload)
      if (!found) throw new Error('no sweep is due')
      await ledger.swept(found)
    }

    it('has nothing to sweep of uploads without bytes, nor of clean complete ones', async () => {
      const clean = [
        await uploads.ended('discarded'),
        await uploads.ended('expired'),
        await uploads.complete(),
        await uploads.paused(10),
      ]
      await settle()
      for (const upload of clean) expect(await due(upload), upload.state).to.equal(undefined)
    })

    for (const state of ['discarded', 'expired', 'deleted'] as const)
      it(`sweeps a clean ${state} upload at once, once, and forgets its chunks`, async () => {
        const upload =
          state === 'deleted'
            ? await uploads.complete()
            : await uploads.paused(10, { expiresAfterMs: HOUR_MS })
        const [key = ''] = await ledger.chunkKeys(upload.id)
        if (state === 'expired') await fixture.passTime(2 * DAY_MS)
        const ended = await uploads.move(upload, state)
        expect(await due(ended)).to.include({ id: upload.id, state })
        expect(await ledger.known([key])).to.deep.equal(new Set([key]))
        await sweep(ended)
        expect(await ledger.chunkKeys(upload.id)).to.deep.equal([])
        expect(await ledger.known([key])).to.deep.equal(new Set())
        await settle()
        expect(await due(ended)).to.equal(undefined)
        expect(await uploads.see(upload.id), 'the row stays').to.deep.include({
          state,
          committed: ended.committed,
        })
      })

    it('sweeps an upload that ended under its writer at once, and again when no PUT can land any more', async () => {
      const ended = await uploads.move(await uploads.receiving(10), 'discarded')
      await sweep(ended)
      expect(await due(ended)).to.equal(undefined)
      expect(await ledger.chunkKeys(ended.id)).to.deep.equal([])
      await settle()
      await sweep(ended)
      await settle()
      expect(await due(ended)).to.equal(undefined)
    })

    for (const [how, make] of Object.entries({
      'whose PUT failed': () => uploads.complete({ dirty: true }),
      'whose writer was overtaken': async () => {
        const { id, size } = await uploads.receiving(10)
        expect(await ledger.take({ id, epoch: 1, committed: 10, grantNo: 0, writer: 'node-b' })).to.equal(2)
        await uploads.commit(await uploads.see(id), [[10, size]], { state: 'complete' })
        return uploads.see(id)
      },
      'whose writer was fenced': async () => {
        const { id, size } = await uploads.move(await uploads.receiving(10), 'paused')
        expect(await ledger.take({ id, epoch: 2, committed: 10, grantNo: 0, writer: 'node-b' })).to.equal(3)
        await uploads.commit(await uploads.see(id), [[10, size]], { state: 'complete' })
        return uploads.see(id)
      },
      'that was marked before it ended': async () => {
        const { id, size } = await uploads.receiving()
        await ledger.markDirty(id)
        await uploads.commit(await uploads.see(id), [[0, size]], { state: 'complete' })
        return uploads.see(id)
      },
      'that was marked after it ended': async () => {
        const upload = await uploads.complete()
        await ledger.markDirty(upload.id)
        await ledger.markDirty(upload.id)
        return upload
      },
      'whose hash was checked': async () => {
        const upload = await uploads.complete({ hash: { sha256: 'ab'.repeat(32) }, dirty: true })
        return upload
      },
    }))
      it(`sweeps a complete upload ${how} once no PUT can land any more, and keeps its chunks`, async () => {
        const upload = await make()
        const keys = await ledger.chunkKeys(upload.id)
        expect(await due(upload), 'at once').to.equal(undefined)
        await settle()
        await sweep(upload)
        await settle()
        expect(await due(upload), 'again').to.equal(undefined)
        expect(await ledger.chunkKeys(upload.id))
          .to.deep.equal(keys)
          .and.to.have.length.greaterThan(0)
      })

    it('sweeps again when an object may have come during a sweep', async () => {
      const upload = await uploads.complete({ dirty: true })
      await settle()
      const begun = await due(upload)
      await ledger.markDirty(upload.id)
      await ledger.swept(begun as DueSweep)
      expect(await due(upload)).to.equal(undefined)
      await settle()
      await sweep(upload)
      expect(await due(upload)).to.equal(undefined)
    })

    it('does not let the sweeper of an earlier round close a later one', async () => {
      const ended = await uploads.move(await uploads.receiving(10), 'discarded')
      const early = (await due(ended)) as DueSweep
      await ledger.swept(early)
      await settle()
      expect(await due(ended)).to.include({ id: ended.id })
      await ledger.swept(early)
      expect(await due(ended), 'after the outdated one').to.include({ id: ended.id })
      await sweep(ended)
      expect(await due(ended)).to.equal(undefined)
    })

    it('sweeps a complete upload anew when it is deleted', async () => {
      const upload = await uploads.complete({ dirty: true })
      await settle()
      await sweep(upload)
      const deleted = await uploads.move(upload, 'deleted')
      await sweep(deleted)
      await settle()
      expect(await due(deleted)).to.equal(undefined)
    })

    it('gives as many as are asked for, longest due first', async () => {
      const first = await uploads.move(await uploads.paused(10), 'discarded')
      const second = await uploads.move(await uploads.paused(10), 'discarded')
      const ids = (await ledger.dueSweeps(10_000)).map(({ id }) => id)
      expect(ids.indexOf(first.id)).to.be.lessThan(ids.indexOf(second.id))
      expect(await ledger.dueSweeps(1)).to.have.length(1)
      const others = ids.filter((id) => id !== second.id)
      expect((await ledger.dueSweeps(2, others)).map(({ id }) => id)).to.deep.equal([second.id])
    })

    it('forgets ten thousand chunks within seconds', async () => {
      const upload = await uploads.receiving(0, { size: 20_000 * KIB })
      const ranges = Array.from({ length: 10_000 }, (_, n) => [n * KIB, (n + 1) * KIB] as const)
      await uploads.commit(upload, ranges, { state: 'paused' })
      await sweep(await uploads.move(await uploads.see(upload.id), 'discarded'))
      expect(await ledger.chunkKeys(upload.id)).to.deep.equal([])
    })

    it('knows the keys of chunks and of what is doomed, and no others', async () => {
      const upload = await uploads.receiving()
      const [chunk] = await uploads.commit(upload, [[0, 10]])
      const [doomed, later] = [`${randomUUID()}/0-aa`, `${randomUUID()}/0-bb`]
      await fixture.doom(doomed, 0)
      await fixture.doom(later, HOUR_MS)
      const key = chunk?.key ?? ''
      expect(await ledger.known([key, doomed, later, 'unknown'])).to.deep.equal(new Set([key, doomed, later]))
      expect(await ledger.known([])).to.deep.equal(new Set())
    })
  })
}
