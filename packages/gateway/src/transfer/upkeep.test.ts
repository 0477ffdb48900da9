import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import {
  ALICE,
  offerOf,
  patch,
  refusalOf,
  type TestNode,
  TransferBed,
} from '../../test/transfer/transfer-bed.ts'

describe('Upkeep', () => {
  const bytes = randomBytes(1000)
  let bed: TransferBed
  let node: TestNode

  before(async function () {
    this.timeout(60_000)
    bed = await TransferBed.open()
    node = await bed.addNode()
  })

  afterEach(() => {
    node.ledger.heal()
    node.store.heal()
  })

  after(() => bed.close())

  async function offered(): Promise<string> {
    return (await node.transfer.offerUpload.run({ principal: ALICE, offer: offerOf(bytes) })).uploadId
  }

  const sweepDue = () => bed.sql('update upload set sweep_at = now() where sweep_at is not null', [])

  describe('SweepUploads', () => {
    it('removes what was never committed of a complete upload, and nothing else (I5, I6)', async () => {
      const id = await offered()
      node.store.fail('put', 'after')
      await bed.passUntil(patch(node, id, bytes))
      const [kept] = (await node.ledger.port.chunks(id, 0, 1000)).map(({ key }) => key)
      expect(bed.keysOf(id)).to.have.length(2)
      expect(await node.transfer.sweepUploads.run()).to.deep.equal({ swept: 0, removed: 0, failed: 0 })
      await sweepDue()
      expect(await node.transfer.sweepUploads.run()).to.deep.equal({ swept: 1, removed: 1, failed: 0 })
      expect(bed.keysOf(id)).to.deep.equal([kept])
      expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
    })

    it('removes all of a discarded upload, and a PUT that lands after the first sweep by the second (I6)', async () => {
      const id = await offered()
      node.ledger.failAlways('commit', 'before')
      await bed.passUntil(patch(node, id, bytes), 1_000).catch(() => {})
      node.ledger.heal()
      await node.transfer.discardUpload.run({ principal: ALICE, uploadId: id })
      await node.transfer.sweepUploads.run()
      expect(bed.keysOf(id)).to.deep.equal([])
      await bed.objects.put(`${id}/0-1a7e`, [bytes])
      await sweepDue()
      await node.transfer.sweepUploads.run()
      expect(bed.keysOf(id)).to.deep.equal([])
    })

    it('removes more objects than fit into one answer', async () => {
      const id = await offered()
      await node.ledger.port.markDirty(id)
      await Promise.all(Array.from({ length: 2100 }, (_, at) => bed.objects.put(`${id}/${at}-ab`, [bytes])))
      await node.transfer.discardUpload.run({ principal: ALICE, uploadId: id })
      expect((await node.transfer.sweepUploads.run()).removed).to.equal(2100)
      expect(bed.keysOf(id)).to.deep.equal([])
    })

    it('leaves a sweep due that failed, and does the others', async () => {
      const ids = [await offered(), await offered()]
      for (const id of ids) {
        await bed.objects.put(`${id}/0-ab`, [bytes])
        await node.ledger.port.markDirty(id)
        await node.transfer.discardUpload.run({ principal: ALICE, uploadId: id })
      }
      node.store.fail('remove', 'before')
      expect(await node.transfer.sweepUploads.run()).to.deep.equal({ swept: 1, removed: 1, failed: 1 })
      expect(await node.transfer.sweepUploads.run()).to.deep.equal({ swept: 1, removed: 1, failed: 0 })
    })
  })

  describe('ExpireUploads', () => {
    const overdue = (id: string) =>
      bed.sql("update upload set expires_at = now() - interval '1 s' where id = $1", [id])

    it('ends unfinished uploads past their expiry, whose bytes leave (I6)', async () => {
      const [id, alive] = [await offered(), await offered()]
      await overdue(id)
      expect(await node.transfer.expireUploads.run()).to.deep.equal({ expired: 1, failed: 0 })
      expect((await bed.upload(node, id)).state).to.equal('expired')
      expect((await bed.upload(node, alive)).state).to.equal('offered')
      expect(await refusalOf(patch(node, id, bytes))).to.equal('upload-expired')
    })

    it('goes on with the others when one fails', async () => {
      for (const id of [await offered(), await offered()]) await overdue(id)
      node.ledger.fail('fence', 'before', 'before', 'before', 'before', 'before')
      expect(await node.transfer.expireUploads.run()).to.deep.equal({ expired: 1, failed: 1 })
      expect(await node.transfer.expireUploads.run()).to.deep.equal({ expired: 1, failed: 0 })
    })
  })

  describe('A hundred that fail', () => {
    /** So many uploads of no bytes, older ones first; all are due for whatever their state waits for. */
    async function due(state: 'offered' | 'verifying' | 'discarded', count: number): Promise<string[]> {
      const { rows } = await bed.sql<{ id: string }>(
        `with made as (
          insert into upload(id, owner, size, sha256, state, created_at, expires_at, sweep_at)
          select gen_random_uuid(), 'carol@example.org', 0, sha256(''), $1, since, since,
            case when $1 = 'discarded' then since end
          from generate_series(1, $2::int) n, lateral (select now() - interval '1 day' + n * interval '1 s') t(since)
          returning id, created_at),
        named as (
          insert into media(id, upload_id, name, type) select id::text, id, 'a.bin', 'application/octet-stream' from made)
        select id from made order by created_at`,
        [state, count],
      )
      return rows.map(({ id }) => id)
    }

    const fences = Array.from({ length: 100 * 5 }, () => 'before' as const)

    it('keep no other upload from its end', async () => {
      const ids = await due('offered', 101)
      node.ledger.fail('fence', ...fences)
      expect(await node.transfer.expireUploads.run()).to.deep.equal({ expired: 0, failed: 100 })
      expect(await node.transfer.expireUploads.run()).to.deep.equal({ expired: 1, failed: 0 })
      expect((await bed.upload(node, ids.at(-1) ?? '')).state).to.equal('expired')
      expect(await node.transfer.expireUploads.run()).to.deep.equal({ expired: 100, failed: 0 })
    })

    it('keep no other upload from its verdict', async () => {
      const ids = await due('verifying', 101)
      node.ledger.fail('fence', ...fences)
      expect(await node.transfer.recoverUploads.run()).to.deep.equal({ settled: 0, failed: 100 })
      expect(await node.transfer.recoverUploads.run()).to.deep.equal({ settled: 1, failed: 0 })
      expect((await bed.upload(node, ids.at(-1) ?? '')).state).to.equal('complete')
      expect(await node.transfer.recoverUploads.run()).to.deep.equal({ settled: 100, failed: 0 })
    })

    it('keep no other upload from its sweep (I6)', async () => {
      const ids = await due('discarded', 101)
      await bed.objects.put(`${ids.at(-1)}/0-ab`, [bytes])
      node.ledger.fail('chunkKeys', ...fences.slice(0, 100))
      expect(await node.transfer.sweepUploads.run()).to.deep.equal({ swept: 0, removed: 0, failed: 100 })
      expect(await node.transfer.sweepUploads.run()).to.deep.equal({ swept: 1, removed: 1, failed: 0 })
      expect(await node.transfer.sweepUploads.run()).to.deep.equal({ swept: 100, removed: 0, failed: 0 })
    })
  })
})
