import { expect } from 'chai'
import { chunkOf, commitOf, LedgerUploads, type UploadLedgerFixture } from './ledger-uploads.contract.ts'
import type { UploadLedger } from './upload-ledger.ts'

/** What the database decides when several come at once: of weight where it has more than one connection. */
export function describeLedgerRaces(open: () => UploadLedgerFixture) {
  describe('races', () => {
    let ledger: UploadLedger
    let uploads: LedgerUploads

    before(() => {
      ;({ ledger } = open())
      uploads = new LedgerUploads(ledger)
    })

    it('lets one of twenty at once become the writer', async () => {
      const { id } = await uploads.paused(10)
      const view = { id, epoch: 1, committed: 10, grantNo: 0 }
      const epochs = await Promise.all(
        Array.from({ length: 20 }, (_, n) => ledger.take({ ...view, writer: `node-${n}` })),
      )
      const winner = epochs.findIndex((epoch) => epoch !== undefined)
      expect(epochs.filter((epoch) => epoch !== undefined)).to.deep.equal([2])
      expect(await uploads.see(id)).to.include({ writer: `node-${winner}`, epoch: 2 })
    })

    it('records one of twenty commits at once', async () => {
      const upload = await uploads.receiving()
      const commits = Array.from({ length: 20 }, (_, n) => commitOf(upload, [[0, n + 1]]))
      const outcomes = await Promise.all(commits.map((commit) => ledger.commit(commit)))
      const winner = outcomes.indexOf(true)
      expect(outcomes.filter(Boolean)).to.have.length(1)
      expect(await uploads.see(upload.id)).to.include({ committed: winner + 1 })
      expect(await ledger.chunks(upload.id, 0, 100)).to.deep.equal(commits[winner]?.chunks)
    })

    it('commits nothing after a fence that came at the same time was answered', async () => {
      for (let round = 0; round < 20; round++) {
        const upload = await uploads.receiving()
        const chunk = chunkOf(upload.id, 0, 10)
        const [committed, fenced] = await Promise.all([
          ledger.commit(commitOf(upload, [], { chunks: [chunk] })),
          uploads.move(upload, 'cancelled'),
        ])
        const after = await uploads.see(upload.id)
        expect(after).to.deep.equal(fenced)
        expect(after.committed).to.equal(committed ? 10 : 0)
        expect(await ledger.chunkKeys(upload.id)).to.deep.equal(committed ? [chunk.key] : [])
      }
    })
  })
}
