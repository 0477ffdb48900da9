import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { DAY_MS, KIB, LedgerUploads, type UploadLedgerFixture } from './ledger-uploads.contract.ts'
import type { UploadLedger } from './upload-ledger.ts'

const DEAD_AFTER_MS = 11_000

export function describeLedgerBackground(open: () => UploadLedgerFixture) {
  describe('the background', () => {
    let fixture: UploadLedgerFixture
    let ledger: UploadLedger
    let uploads: LedgerUploads

    before(() => {
      fixture = open()
      ledger = fixture.ledger
      uploads = new LedgerUploads(ledger)
    })

    const node = () => `node-${randomUUID()}`
    const idsOf = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id)

    it('takes a node for dead that never beat, or last did more than ten seconds ago', async () => {
      const writer = node()
      const { id } = await uploads.receiving(0, {}, writer)
      expect(await uploads.see(id)).to.include({ writerAlive: false })
      await ledger.beat(writer)
      expect(await uploads.see(id)).to.include({ writerAlive: true })
      await fixture.passTime(DEAD_AFTER_MS)
      expect(await uploads.see(id)).to.include({ writerAlive: false })
      await ledger.beat(writer)
      expect(await uploads.see(id)).to.include({ writerAlive: true })
      await fixture.passTime(2 * DAY_MS)
      await ledger.beat(node())
      expect(await uploads.see(id)).to.include({ writer, writerAlive: false })
    })

    it('lists what is past its expiry, earliest first, in any state that waits for bytes', async () => {
      const expiresAfterMs = DAY_MS
      const states = [
        await uploads.offered({ expiresAfterMs }),
        await uploads.receiving(10, { expiresAfterMs }),
        await uploads.paused(10, { expiresAfterMs }),
        await uploads.move(await uploads.offered({ expiresAfterMs }), 'cancelled'),
      ]
      const waiting = await uploads.receiving(0, { hash: 'later', expiresAfterMs })
      await uploads.commit(waiting, [[0, waiting.size]], { state: 'verifying', expiresAfterMs })
      const never = [await uploads.complete(), await uploads.ended('discarded')]
      const verifying = await uploads.receiving(0, { hash: { sha256: 'ab'.repeat(32) } })
      await uploads.commit(verifying, [[0, verifying.size]], { state: 'verifying', expiresAfterMs })
      expect(idsOf(await ledger.expired(10_000))).not.to.include.members(idsOf(states))
      await fixture.passTime(2 * DAY_MS)
      const expired = await ledger.expired(10_000)
      expect(idsOf(expired)).to.include.members(idsOf([...states, waiting]))
      for (const upload of [...never, verifying]) expect(idsOf(expired)).not.to.include(upload.id)
      const times = expired.map(({ expiresAt }) => expiresAt.getTime())
      expect(times).to.deep.equal([...times].sort((a, b) => a - b))
      expect(await ledger.expired(2)).to.deep.equal(expired.slice(0, 2))
      const others = idsOf(expired).filter((id) => id !== waiting.id)
      expect(idsOf(await ledger.expired(2, others)), 'but the others').to.deep.equal([waiting.id])
      for (const { overdue } of expired) expect(overdue).to.equal(true)
      for (const { id } of never) expect(await uploads.see(id)).to.include({ overdue: true })
      expect(await uploads.offered()).to.include({ overdue: false })
    })

    it('leaves a verification with the node that wrote the last byte, until that dies', async () => {
      const [writer, other] = [node(), node()]
      await ledger.beat(writer)
      const upload = await uploads.receiving(0, { hash: { sha256: 'ab'.repeat(32) } }, writer)
      await uploads.commit(upload, [[0, upload.size]], { state: 'verifying' })
      expect(idsOf(await ledger.verifying(other, 10_000))).not.to.include(upload.id)
      expect(idsOf(await ledger.verifying(writer, 10_000))).to.include(upload.id)
      expect(idsOf(await ledger.verifying(writer, 10_000)), 'again').to.include(upload.id)
      await fixture.passTime(DEAD_AFTER_MS)
      await ledger.beat(other)
      const [adopted] = (await ledger.verifying(other, 10_000)).filter(({ id }) => id === upload.id)
      expect(adopted).to.deep.equal(await uploads.see(upload.id))
      await ledger.beat(writer)
      expect(idsOf(await ledger.verifying(writer, 10_000)), 'come back').not.to.include(upload.id)
      await uploads.move(await uploads.see(upload.id), 'complete')
      expect(idsOf(await ledger.verifying(other, 10_000))).not.to.include(upload.id)
    })

    it('passes over the verifications that it is told to', async () => {
      const writer = node()
      await ledger.beat(writer)
      for (let n = 0; n < 3; n++) {
        const upload = await uploads.receiving(0, { hash: { sha256: 'ab'.repeat(32) } }, writer)
        await uploads.commit(upload, [[0, upload.size]], { state: 'verifying' })
      }
      const [last, ...others] = idsOf(await ledger.verifying(writer, 10_000)).reverse()
      expect(others).to.have.length.of.at.least(2)
      expect(idsOf(await ledger.verifying(writer, 2, others))).to.deep.equal([last])
    })

    it('gives what a fence left verifying to whoever asks first, once its hash is there', async () => {
      const { id } = await uploads.offered({ size: 0, hash: 'later' })
      await uploads.move(await uploads.see(id), 'verifying')
      const nodes = Array.from({ length: 10 }, node)
      await Promise.all(nodes.map((each) => ledger.beat(each)))
      for (const each of nodes) expect(idsOf(await ledger.verifying(each, 10_000))).not.to.include(id)
      expect(await ledger.handOverHash(id, 'ab'.repeat(32))).to.equal(true)
      await Promise.all(nodes.map((each) => ledger.verifying(each, 10_000)))
      const found = await Promise.all(nodes.map((each) => ledger.verifying(each, 10_000)))
      expect(found.filter((list) => idsOf(list).includes(id))).to.have.length(1)
    })

    it('reads every chunk of every upload, page after page, in order', async () => {
      const upload = await uploads.receiving(0, { size: 4000 * KIB })
      const ranges = Array.from({ length: 2500 }, (_, n) => [n * KIB, (n + 1) * KIB] as const)
      const chunks = await uploads.commit(upload, ranges)
      const other = await uploads.receiving()
      const [lone] = await uploads.commit(other, [[0, 10]])
      const read = new Map<string, unknown[]>()
      for await (const { uploadId, ...chunk } of ledger.allChunks())
        read.set(uploadId, [...(read.get(uploadId) ?? []), chunk])
      expect(read.get(upload.id)).to.deep.equal(chunks)
      expect(read.get(other.id)).to.deep.equal([lone])
    })

    it('has one signing key of 256 bits', async () => {
      const key = await ledger.signingKey()
      expect(key.length).to.equal(32)
      expect(new Set(key).size).to.be.greaterThan(8)
      expect(Buffer.from(await ledger.signingKey()).equals(Buffer.from(key))).to.equal(true)
    })

    it('answers when it is asked whether it is there', async () => {
      await ledger.check()
    })
  })
}
