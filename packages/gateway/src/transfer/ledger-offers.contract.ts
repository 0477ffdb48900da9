import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { DAY_MS, LedgerUploads, type UploadLedgerFixture } from './ledger-uploads.contract.ts'
import type { UploadLedger } from './upload-ledger.ts'

export function describeLedgerOffers(open: () => UploadLedgerFixture) {
  describe('offers', () => {
    let ledger: UploadLedger
    let uploads: LedgerUploads

    before(() => {
      ;({ ledger } = open())
      uploads = new LedgerUploads(ledger)
    })

    it('keeps all that was offered', async () => {
      const offer = uploads.fresh({
        size: Number.MAX_SAFE_INTEGER,
        hash: { sha256: 'ab'.repeat(32) },
        delivery: {
          to: 'room@rooms.localhost',
          kind: 'video',
          intent: {
            chat: 'groupchat',
            caption: 'a "caption" with \\ and 🎈',
            replyTo: 'm-1',
            metadata: { list: [1, 'two', null], nested: { deep: true }, odd: '\u0000\ud800' },
            appearance: {
              width: 3,
              durationMs: 1500,
              thumbnail: { uri: 'data:image/png;base64,AA==', width: 1 },
            },
          },
          fingerprint: 'cd'.repeat(32),
          progressJid: 'alice@localhost/phone',
        },
      })
      const { created, upload } = await ledger.offer(offer)
      const { expiresAfterMs, hash, delivery, ...rest } = offer
      expect(created).to.equal(true)
      expect(upload).to.deep.include({
        ...rest,
        hash: 'known',
        sha256: 'ab'.repeat(32),
        state: 'offered',
        committed: 0,
        epoch: 0,
        grantNo: 0,
        writer: undefined,
        writerAlive: false,
        endedReason: undefined,
      })
      expect(upload.delivery).to.deep.equal({
        ...delivery,
        state: 'unsent',
        device: undefined,
        leaseUntil: undefined,
      })
      expect(upload.expiresAt.getTime() - upload.offeredAt.getTime()).to.equal(DAY_MS)
      expect(await ledger.find(offer.id)).to.deep.equal(upload)
      expect(await ledger.findByMedia(offer.media.id)).to.deep.equal(upload)
    })

    it('takes uploads without a message, as many as an owner likes', async () => {
      const owner = `${randomUUID()}@localhost`
      const plain = { owner, messageId: undefined, delivery: undefined, size: 0, hash: 'later' } as const
      const first = await uploads.offered(plain)
      const second = await uploads.offered(plain)
      expect(first).to.deep.include({
        hash: 'later',
        size: 0,
        messageId: undefined,
        delivery: undefined,
        tusMetadata: undefined,
      })
      expect((await ledger.unfinished(owner)).map(({ id }) => id)).to.deep.equal([first.id, second.id])
    })

    it('keeps what a tus client said of its file, word for word, whatever becomes of the upload', async () => {
      const tusMetadata = `filename YQ==,${'k'.repeat(10_000)} , \u00e9 YQ==`
      const upload = await uploads.offered({ messageId: undefined, delivery: undefined, tusMetadata })
      expect(upload.tusMetadata).to.equal(tusMetadata)
      const { id, epoch } = upload
      const fenced = await ledger.fence({ id, epoch, from: 'offered', to: 'cancelled', newGrant: true })
      expect(fenced?.tusMetadata).to.equal(tusMetadata)
    })

    it('finds nothing for what was never offered, whatever is asked', async () => {
      expect(await ledger.find(randomUUID())).to.equal(undefined)
      for (const id of ['', 'x', "'; drop table upload", `${randomUUID()}0`])
        expect(await ledger.find(id), id).to.equal(undefined)
      expect(await ledger.findByMedia('x')).to.equal(undefined)
    })

    it('answers the same upload to the same message id, whatever else differs', async () => {
      const offer = uploads.fresh()
      const { upload } = await ledger.offer(offer)
      const again = await ledger.offer(uploads.fresh({ ...offer, id: randomUUID(), size: 7, hash: 'later' }))
      expect(again).to.deep.equal({ created: false, upload })
      const other = await ledger.offer(
        uploads.fresh({ messageId: offer.messageId, owner: 'another@localhost' }),
      )
      expect(other.created).to.equal(true)
    })

    it('makes one upload of twenty equal offers at once', async () => {
      const { owner, messageId } = uploads.fresh()
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => ledger.offer(uploads.fresh({ owner, messageId }))),
      )
      expect(answers.filter(({ created }) => created)).to.have.length(1)
      expect(new Set(answers.map(({ upload }) => upload.id)).size).to.equal(1)
      expect(await ledger.unfinished(owner)).to.have.length(1)
    })

    for (const state of ['discarded', 'expired'] as const)
      it(`frees the message id of an upload that was ${state}`, async () => {
        const before = await uploads.ended(state)
        const { owner, messageId } = before
        const next = await uploads.offered({ owner, messageId })
        expect(next.id).not.to.equal(before.id)
        expect((await ledger.offer(uploads.fresh({ owner, messageId }))).upload).to.deep.equal(next)
        expect(await uploads.see(before.id)).to.deep.equal(before)
      })

    it('keeps the message id of a complete and of a deleted upload', async () => {
      const complete = await uploads.complete()
      const { owner, messageId } = complete
      expect((await ledger.offer(uploads.fresh({ owner, messageId }))).upload).to.deep.equal(complete)
      const deleted = await uploads.move(complete, 'deleted')
      expect((await ledger.offer(uploads.fresh({ owner, messageId }))).upload).to.deep.equal(deleted)
    })

    it('takes the hash that was announced, once', async () => {
      const { id } = await uploads.offered({ hash: 'later' })
      expect(await ledger.handOverHash(id, 'ab'.repeat(32))).to.equal(true)
      expect(await uploads.see(id)).to.deep.include({ hash: 'known', sha256: 'ab'.repeat(32) })
      expect(await ledger.handOverHash(id, 'ab'.repeat(32))).to.equal(true)
      expect(await ledger.handOverHash(id, 'cd'.repeat(32))).to.equal(false)
      expect(await uploads.see(id)).to.include({ sha256: 'ab'.repeat(32) })
    })

    it('takes no hash that was not announced, nor one of an ended upload', async () => {
      const { id } = await uploads.offered({ hash: 'none' })
      expect(await ledger.handOverHash(id, 'ab'.repeat(32))).to.equal(false)
      const ended = await uploads.ended('discarded', { hash: 'later' })
      expect(await ledger.handOverHash(ended.id, 'ab'.repeat(32))).to.equal(false)
    })

    it('lists what is unfinished, oldest first, and no one else’s', async () => {
      const { owner } = uploads.fresh()
      const cancelled = await uploads.move(await uploads.offered({ owner }), 'cancelled')
      const unsent = await uploads.complete({ owner })
      await uploads.ended('discarded', { owner })
      await uploads.ended('expired', { owner })
      await uploads.complete({ owner, messageId: undefined, delivery: undefined })
      await uploads.move(await uploads.complete({ owner }), 'deleted')
      const receiving = await uploads.receiving(10, { owner })
      await uploads.offered()
      const found = (await ledger.unfinished(owner)).map(({ id }) => id)
      expect(found).to.deep.equal([cancelled.id, unsent.id, receiving.id])
    })
  })
}
