import { randomBytes } from 'node:crypto'
import type { Offer } from '@sluice/protocol'
import { expect } from 'chai'
import { ScriptedBody } from '../../test/transfer/scripted-body.ts'
import {
  ALICE,
  BOB,
  EXPIRY_MS,
  LIMIT,
  offerOf,
  patch,
  refusalOf,
  sha256,
  type TestNode,
  TransferBed,
  until,
} from '../../test/transfer/transfer-bed.ts'
import type { Principal } from './principal.ts'

const PHONE = 'alice@example.org/phone'

describe('Offers', () => {
  const bytes = randomBytes(1000)
  let bed: TransferBed
  let node: TestNode

  before(async function () {
    this.timeout(60_000)
    bed = await TransferBed.open()
    node = await bed.addNode()
  })

  afterEach(() => node.ledger.heal())

  after(() => bed.close())

  const offer = (wanted: Offer, more: object = {}) =>
    node.transfer.offerUpload.run({ principal: ALICE, offer: wanted, ...more })
  const status = (uploadId: string) => node.transfer.inspectUpload.status({ principal: ALICE, uploadId })
  const settle = (uploadId: string, signal?: AbortSignal) =>
    node.transfer.inspectUpload.settle({ principal: ALICE, uploadId, signal })

  describe('OfferUpload', () => {
    it('answers a slot: where to send, what link to give away, and until when', async () => {
      const wanted = offerOf(bytes, { name: 'häm 1.jpg' })
      const slot = await offer(wanted)
      expect(slot).to.include({ messageId: wanted.messageId, state: 'offered', committed: 0, size: 1000 })
      expect(slot.uploadUrl).to.equal(`https://example.org/uploads/${slot.uploadId}`)
      expect(slot.getUrl).to.match(/^https:\/\/example\.org\/media\/[\w-]{24}\/häm 1\.jpg$/)
      const { offeredAt } = await bed.upload(node, slot.uploadId)
      expect(slot.expiresAt.getTime() - offeredAt.getTime()).to.equal(EXPIRY_MS)
      expect(await node.transfer.tokens.verify(slot.token)).to.deep.equal({
        ...ALICE,
        grant: { uploadId: slot.uploadId, grantNo: 0 },
      })
    })

    it('answers the same upload to the same message id of the same owner, in whatever state it is', async () => {
      const wanted = offerOf(bytes)
      const first = await offer(wanted)
      expect(await offer(wanted)).to.deep.equal(first)
      expect((await node.transfer.offerUpload.run({ principal: BOB, offer: wanted })).uploadId).to.not.equal(
        first.uploadId,
      )
      await patch(node, first.uploadId, bytes)
      expect(await offer(wanted)).to.include({ uploadId: first.uploadId, state: 'complete', committed: 1000 })
    })

    it('answers two equal offers of an empty file alike, whichever completes it', async () => {
      const wanted = offerOf(new Uint8Array(0))
      let go = () => {}
      node.ledger.fail('fence', new Promise<void>((resolve) => (go = resolve)))
      const fences = node.ledger.calls('fence')
      const first = offer(wanted)
      await until(() => node.ledger.calls('fence') > fences)
      expect(await offer(wanted)).to.include({ state: 'complete' })
      go()
      expect(await first).to.include({ state: 'complete' })
    })

    it('refuses the same message id for anything else, and says what differs (rule 3)', async () => {
      const wanted = offerOf(bytes, { fingerprint: sha256(randomBytes(9)) })
      await offer(wanted)
      const others: [Partial<Offer>, string][] = [
        [{ size: 1001 }, 'size'],
        [{ mediaType: 'image/png' }, 'type'],
        [{ name: 'other.jpg' }, 'name'],
        [{ to: 'carol@example.org' }, 'recipient'],
        [{ fingerprint: sha256(bytes) }, 'fingerprint'],
        [{ hash: 'later' }, 'hash'],
        [{ hash: sha256(bytes) }, 'hash'],
      ]
      for (const [other, field] of others) {
        const refused = await offer({ ...wanted, ...other }).catch((error: unknown) => error)
        expect(refused, field).to.deep.include({ code: 'upload-differs', details: { field } })
      }
      const { fingerprint: _, ...unmarked } = wanted
      expect(await refusalOf(offer(unmarked))).to.equal('none')
    })

    it('holds a hash to what was offered first', async () => {
      const known = offerOf(bytes, { hash: sha256(bytes) })
      await offer(known)
      expect(await refusalOf(offer({ ...known, hash: 'later' }))).to.equal('none')
      expect(await refusalOf(offer({ ...known, hash: sha256(randomBytes(1)) }))).to.equal('upload-differs')
      const { hash: _, ...none } = known
      expect(await refusalOf(offer(none))).to.equal('upload-differs')
    })

    it('refuses bad sizes, names and types, and what is over the limit, with the limit', async () => {
      const refused = async (more: Partial<Offer>) => await refusalOf(offer(offerOf(bytes, more)))
      for (const size of [-1, 0.5, Number.NaN, 2 ** 53]) expect(await refused({ size })).to.equal('bad-size')
      for (const name of ['', '../../x', 'a\u0000b', 'x'.repeat(300)]) {
        expect(await refused({ name })).to.equal('bad-name')
      }
      for (const mediaType of ['', 'image', 'image/png\r\nx: y', 'a/b/c']) {
        expect(await refused({ mediaType })).to.equal('bad-request')
      }
      expect(await refused({ size: LIMIT })).to.equal('none')
      const tooLarge = await offer(offerOf(bytes, { size: LIMIT + 1 })).catch((error: unknown) => error)
      expect(tooLarge).to.deep.include({ code: 'file-too-large', details: { limit: LIMIT } })
    })

    it('makes a new upload where the old one was discarded or is past its expiry', async () => {
      const wanted = offerOf(bytes)
      const first = await offer(wanted)
      await node.transfer.discardUpload.run({ principal: ALICE, uploadId: first.uploadId })
      const second = await offer(wanted)
      expect(second.uploadId).to.not.equal(first.uploadId)
      await bed.sql("update upload set expires_at = now() - interval '1 minute' where id = $1", [
        second.uploadId,
      ])
      const third = await offer(wanted)
      expect(third.uploadId).to.not.equal(second.uploadId)
      expect(await status(second.uploadId)).to.include({ state: 'expired' })
    })

    it('refuses to send a media again that was taken back', async () => {
      const wanted = offerOf(bytes)
      const { uploadId } = await offer(wanted)
      await patch(node, uploadId, bytes)
      const { media } = await bed.upload(node, uploadId)
      await node.transfer.deleteMedia.run({ principal: ALICE, mediaId: media.id })
      expect(await refusalOf(offer(wanted))).to.equal('media-gone')
    })

    it('sends progress to the device that offered last, but disturbs no writer for it', async () => {
      const wanted = offerOf(bytes)
      const { uploadId } = await offer(wanted, { device: PHONE })
      expect((await bed.upload(node, uploadId)).delivery?.progressJid).to.equal(PHONE)
      const tablet = 'alice@example.org/tablet'
      await offer(wanted, { device: tablet })
      expect((await bed.upload(node, uploadId)).delivery?.progressJid).to.equal(tablet)
      const body = new ScriptedBody().send(bytes.subarray(0, 10))
      const done = node.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 0, body })
      await until(() => node.transfer.writers.received(uploadId) === 10)
      await offer(wanted, { device: PHONE })
      body.send(bytes.subarray(10)).end()
      expect(await done).to.include({ state: 'complete' })
    })

    it('is not for a slot, which speaks for one upload only', async () => {
      const { token } = await offer(offerOf(bytes))
      const principal = await node.transfer.tokens.verify(token)
      const { offerUpload, createUpload, listUploads, deleteMedia } = node.transfer
      expect(await refusalOf(offerUpload.run({ principal, offer: offerOf(bytes) }))).to.equal('forbidden')
      expect(await refusalOf(createUpload.run({ principal, name: 'a', type: 'a/b', size: 1 }))).to.equal(
        'forbidden',
      )
      expect(await refusalOf(listUploads.run({ principal }))).to.equal('forbidden')
      expect(await refusalOf(deleteMedia.run({ principal, mediaId: 'x' }))).to.equal('forbidden')
    })
  })

  describe('CreateUpload', () => {
    it('makes a new upload each time, complete at once when it is empty', async () => {
      const file = { principal: ALICE, name: 'a.txt', type: 'text/plain; charset=utf-8', size: 0 }
      const [one, other] = [
        await node.transfer.createUpload.run(file),
        await node.transfer.createUpload.run(file),
      ]
      expect(one).to.include({ state: 'complete' })
      expect(other.uploadId).to.not.equal(one.uploadId)
    })
  })

  describe('ListUploads', () => {
    it('gives all that another device needs, and leaves plain uploads out', async () => {
      const carol = { owner: 'carol@example.org' }
      const later = offerOf(bytes, { hash: 'later', fingerprint: sha256(bytes), kind: 'document' })
      const known = offerOf(bytes, { hash: sha256(bytes) })
      await node.transfer.offerUpload.run({ principal: carol, offer: later })
      await node.transfer.offerUpload.run({ principal: carol, offer: known })
      await node.transfer.createUpload.run({ principal: carol, name: 'a', type: 'a/b', size: 5 })
      const listed = await node.transfer.listUploads.run({ principal: carol })
      expect(listed.map((upload) => upload.offer.messageId)).to.deep.equal([later.messageId, known.messageId])
      expect(listed[0]?.offer).to.deep.equal(later)
      expect(listed[1]?.offer).to.deep.include(known)
      expect(listed[0]).to.include({ state: 'offered', committed: 0, received: 0, delivery: 'unsent' })
    })
  })

  describe('Hashes', () => {
    it('completes an upload whose bytes are those of the offered hash (I7)', async () => {
      const { uploadId } = await offer(offerOf(bytes, { hash: sha256(bytes) }))
      expect(await patch(node, uploadId, bytes)).to.include({ state: 'complete' })
    })

    it('ends an upload whose bytes are others, and says why (I7)', async () => {
      const { uploadId } = await offer(offerOf(bytes, { hash: sha256(bytes) }))
      expect(await refusalOf(patch(node, uploadId, randomBytes(1000)))).to.equal('hash-mismatch')
      expect(await status(uploadId)).to.include({ state: 'discarded', endedReason: 'hash-mismatch' })
      expect(await refusalOf(settle(uploadId))).to.equal('hash-mismatch')
    })

    it('verifies an empty upload too (I7)', async () => {
      const empty = new Uint8Array(0)
      expect(await offer(offerOf(empty, { hash: sha256(empty) }))).to.include({ state: 'complete' })
      const wrong = await offer(offerOf(empty, { hash: sha256(bytes) }))
      expect(wrong).to.include({ state: 'discarded' })
    })

    it('waits at full length for a hash that comes later, which is handed over once (rule 3)', async () => {
      const wanted = offerOf(bytes, { hash: 'later' })
      const { uploadId } = await offer(wanted)
      expect(await patch(node, uploadId, bytes)).to.include({ state: 'verifying', committed: 1000 })
      expect(await settle(uploadId)).to.include({ state: 'verifying' })
      expect(await patch(node, uploadId, bytes, 1000)).to.include({ state: 'verifying' })
      expect(await node.transfer.recoverUploads.run()).to.deep.equal({ settled: 0, failed: 0 })
      expect(await offer({ ...wanted, hash: sha256(bytes) })).to.include({ state: 'complete' })
      expect(await refusalOf(offer({ ...wanted, hash: sha256(randomBytes(1)) }))).to.equal('upload-differs')
    })

    it('takes a hash before the last byte, and verifies with it', async () => {
      const wanted = offerOf(bytes, { hash: 'later' })
      const { uploadId } = await offer(wanted)
      expect(await offer({ ...wanted, hash: sha256(bytes) })).to.include({ state: 'offered' })
      expect(await patch(node, uploadId, bytes)).to.include({ state: 'complete' })
    })

    it('takes the hash by its twin as well, again and again, and no other one', async () => {
      const handOver = (uploadId: string, hash: string, principal: Principal = ALICE) =>
        node.transfer.handOverHash.run({ principal, uploadId, sha256: hash })
      const { uploadId, token } = await offer(offerOf(bytes, { hash: 'later' }))
      expect(await handOver(uploadId, sha256(bytes))).to.include({ state: 'offered' })
      expect(await patch(node, uploadId, bytes)).to.include({ state: 'complete' })
      const holder = await node.transfer.tokens.verify(token)
      expect(await handOver(uploadId, sha256(bytes), holder)).to.include({ state: 'complete' })
      const another = sha256(randomBytes(1))
      expect(await refusalOf(handOver(uploadId, another))).to.equal('upload-differs')
      expect(await refusalOf(handOver(uploadId, sha256(bytes), BOB))).to.equal('upload-not-found')
      const promisedNone = await offer(offerOf(bytes))
      expect(await refusalOf(handOver(promisedNone.uploadId, sha256(bytes)))).to.equal('upload-differs')
    })

    it('takes a hash from nobody whose grant is outdated, and for nothing that ended', async () => {
      const { uploadId, token } = await offer(offerOf(bytes, { hash: 'later' }))
      const holder = await node.transfer.tokens.verify(token)
      const handOver = (principal: Principal) =>
        refusalOf(node.transfer.handOverHash.run({ principal, uploadId, sha256: sha256(bytes) }))
      await node.transfer.cancelUpload.run({ principal: ALICE, uploadId })
      expect(await handOver(holder)).to.equal('upload-cancelled')
      await node.transfer.resumeUpload.run({ principal: ALICE, uploadId })
      expect(await handOver(holder)).to.equal('overtaken')
      await node.transfer.discardUpload.run({ principal: ALICE, uploadId })
      expect(await handOver(ALICE)).to.equal('upload-discarded')
    })

    it('lets one of two handovers win', async () => {
      const wanted = offerOf(bytes, { hash: 'later' })
      await offer(wanted)
      const outcomes = await Promise.all(
        [sha256(bytes), sha256(randomBytes(1))].map((hash) => refusalOf(offer({ ...wanted, hash }))),
      )
      expect(outcomes.sort()).to.deep.equal(['none', 'upload-differs'])
    })

    it('reads nothing back within ten minutes of a pause, and afterwards what it lacks (rule 16)', async () => {
      const { uploadId } = await offer(offerOf(bytes, { hash: sha256(bytes) }))
      const sent = async (from: number, to: number) => {
        const body = new ScriptedBody().send(bytes.subarray(from, to)).breakOff()
        return await node.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: from, body })
      }
      const reads = node.store.calls('read')
      await sent(0, 300)
      bed.clock.pass(9 * 60_000)
      await sent(300, 600)
      expect(node.store.calls('read')).to.equal(reads)
      bed.clock.pass(11 * 60_000)
      expect(await sent(600, 1000)).to.include({ state: 'complete' })
      expect(node.store.calls('read')).to.be.greaterThan(reads)
    })

    it('catches up while another node’s upload goes on, and joins its writer (I7, rule 16)', async () => {
      const other = await bed.addNode()
      const { uploadId } = await offer(offerOf(bytes, { hash: sha256(bytes) }))
      const first = new ScriptedBody().send(bytes.subarray(0, 500)).breakOff()
      await node.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 0, body: first })
      let read = () => {}
      other.ledger.fail('chunks', new Promise<void>((resolve) => (read = resolve)))
      const body = new ScriptedBody().send(bytes.subarray(500, 700))
      const done = other.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 500, body })
      await until(() => other.transfer.writers.received(uploadId) === 700)
      bed.clock.pass(16_000)
      await until(async () => (await bed.upload(node, uploadId)).committed === 700)
      body.send(bytes.subarray(700, 800))
      await until(() => other.transfer.writers.received(uploadId) === 800)
      read()
      await until(() => other.ledger.calls('chunks') >= 2 && !other.ledger.isBusy())
      body.send(bytes.subarray(800)).end()
      expect(await done).to.include({ state: 'complete' })
    })

    it('takes what is on its way to the store from memory when it joins the writer (I7, rule 16)', async () => {
      const other = await bed.addNode()
      const { uploadId } = await offer(offerOf(bytes, { hash: sha256(bytes) }))
      const first = new ScriptedBody().send(bytes.subarray(0, 500)).breakOff()
      await node.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 0, body: first })
      let store = () => {}
      let read = () => {}
      other.store.fail('put', new Promise<void>((resolve) => (store = resolve)))
      other.ledger.fail('chunks', new Promise<void>((resolve) => (read = resolve)))
      const body = new ScriptedBody().send(bytes.subarray(500, 700))
      const done = other.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 500, body })
      await until(() => other.transfer.writers.received(uploadId) === 700)
      bed.clock.pass(16_000)
      await until(() => other.store.calls('put') === 1)
      read()
      await until(() => other.store.calls('read') === 1 && !other.ledger.isBusy())
      await new Promise((resolve) => setImmediate(resolve))
      store()
      body.send(bytes.subarray(700)).end()
      expect(await done).to.include({ state: 'complete' })
      // Once for the first half: the second never had to be read back.
      expect(other.store.calls('read')).to.equal(1)
    })

    it('waits for the next commit when the chunk it should go on with has left memory (rule 16)', async () => {
      const other = await bed.addNode()
      const { uploadId } = await offer(offerOf(bytes, { hash: sha256(bytes) }))
      const first = new ScriptedBody().send(bytes.subarray(0, 500)).breakOff()
      await node.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 0, body: first })
      let commit = () => {}
      let read = () => {}
      other.ledger.fail('commit', new Promise<void>((resolve) => (commit = resolve)))
      other.ledger.fail('chunks', new Promise<void>((resolve) => (read = resolve)))
      const body = new ScriptedBody().send(bytes.subarray(500, 700))
      const done = other.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 500, body })
      await until(() => other.transfer.writers.received(uploadId) === 700)
      bed.clock.pass(16_000)
      await until(() => other.ledger.calls('commit') === 1)
      const chunks = other.ledger.calls('chunks')
      read()
      await until(() => !other.store.isBusy() && other.ledger.calls('chunks') === chunks)
      commit()
      await until(async () => (await bed.upload(node, uploadId)).committed === 700)
      body.send(bytes.subarray(700)).end()
      expect(await done).to.include({ state: 'complete' })
    })

    it('goes on when reading back fails, and verifies at the end (I7)', async () => {
      const other = await bed.addNode()
      const { uploadId } = await offer(offerOf(bytes, { hash: sha256(bytes) }))
      const first = new ScriptedBody().send(bytes.subarray(0, 500)).breakOff()
      await node.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 0, body: first })
      other.ledger.failAlways('chunks', 'before')
      const body = new ScriptedBody().send(bytes.subarray(500, 600))
      const done = other.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 500, body })
      const warned = () => bed.logged.some(({ message }) => message === 'reading back for the hash failed')
      await bed.passUntil(until(warned), 1_000)
      other.ledger.heal()
      body.send(bytes.subarray(600)).end()
      expect(await done).to.include({ state: 'complete' })
    })

    it('says busy after 20 s when the verdict is not there, and recovery finds it again (rule 6)', async () => {
      const { uploadId } = await offer(offerOf(bytes, { hash: sha256(bytes) }))
      node.ledger.failAlways('fence', 'before')
      const receiving = patch(node, uploadId, bytes)
      expect(await bed.passUntil(receiving)).to.include({ state: 'verifying' })
      const before = bed.clock.now().getTime()
      expect(await refusalOf(bed.passUntil(settle(uploadId)))).to.equal('upload-busy')
      expect(bed.clock.now().getTime() - before).to.be.within(19_000, 22_000)
      expect(await node.transfer.recoverUploads.run()).to.include({ settled: 0, failed: 1 })
      node.ledger.heal()
      expect(await node.transfer.recoverUploads.run()).to.include({ settled: 1, failed: 0 })
      expect(await settle(uploadId)).to.include({ state: 'complete' })
    })

    it('ends waiting for the verdict when the request is given up, or a signal tells of it', async () => {
      const { uploadId } = await offer(offerOf(bytes, { hash: sha256(bytes) }))
      node.ledger.failAlways('fence', 'before')
      await bed.passUntil(patch(node, uploadId, bytes))
      expect(await refusalOf(settle(uploadId, AbortSignal.abort()))).to.equal('upload-busy')
      node.ledger.heal()
      const settled = settle(uploadId, new AbortController().signal)
      await node.transfer.recoverUploads.run()
      expect(await settled).to.include({ state: 'complete' })
    })

    it('takes the hash over all bytes when one stored object was changed (I7)', async () => {
      const { uploadId } = await offer(offerOf(bytes, { hash: sha256(bytes) }))
      const first = new ScriptedBody().send(bytes.subarray(0, 500)).breakOff()
      await node.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 0, body: first })
      const object = bed.objects.objects.get(bed.keysOf(uploadId)[0] ?? '')
      object?.bytes.fill(0)
      const other = await bed.addNode()
      expect(await refusalOf(patch(other, uploadId, bytes, 500))).to.equal('hash-mismatch')
    })

    it('leaves the verdict to the owner who discards meanwhile', async () => {
      const { uploadId } = await offer(offerOf(bytes, { hash: sha256(bytes) }))
      let decide = () => {}
      node.ledger.fail('fence', new Promise<void>((resolve) => (decide = resolve)))
      const fences = node.ledger.calls('fence')
      const receiving = patch(node, uploadId, bytes)
      receiving.catch(() => {})
      await until(() => node.ledger.calls('fence') > fences)
      await node.transfer.discardUpload.run({ principal: ALICE, uploadId })
      decide()
      expect(await refusalOf(bed.passUntil(receiving))).to.equal('upload-discarded')
    })
  })
})
