import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { ScriptedBody } from '../../test/transfer/scripted-body.ts'
import {
  ALICE,
  BOB,
  offerOf,
  refusalOf,
  sha256,
  type TestNode,
  TransferBed,
} from '../../test/transfer/transfer-bed.ts'
import { BlobMissing, type BlobStore } from './blob-store.ts'

const PHONE = 'alice@example.org/phone'
const TABLET = 'alice@example.org/tablet'

describe('Media', () => {
  const bytes = randomBytes(700_000)
  let bed: TransferBed
  let node: TestNode
  let uploadId: string
  let mediaId: string

  before(async function () {
    this.timeout(60_000)
    bed = await TransferBed.open()
    node = await bed.addNode()
  })

  beforeEach(async () => {
    const offer = offerOf(bytes, { hash: sha256(bytes), name: 'a b.jpg' })
    uploadId = (await node.transfer.offerUpload.run({ principal: ALICE, offer })).uploadId
    mediaId = (await bed.upload(node, uploadId)).media.id
  })

  afterEach(() => node.ledger.heal())

  after(() => bed.close())

  /** In chunks that end at these offsets. */
  async function upload(...stops: number[]): Promise<void> {
    let offset = 0
    for (const stop of [...stops, bytes.length]) {
      const body = new ScriptedBody().send(bytes.subarray(offset, stop)).breakOff()
      await node.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset, body })
      offset = stop
    }
  }

  async function read(start: number, stop: number, on = node, signal?: AbortSignal): Promise<Buffer> {
    const media = await on.transfer.downloadMedia.open({ mediaId })
    const parts: Uint8Array[] = []
    for await (const part of media.read(start, stop, signal)) parts.push(part)
    return Buffer.concat(parts)
  }

  /** A node whose store's reads a test can break. */
  async function withReads(read: BlobStore['read']): Promise<TestNode> {
    return await bed.addNode({ store: Object.assign(Object.create(bed.objects), { read }) })
  }

  describe('DownloadMedia', () => {
    it('gives any range of a media that lies in many chunks', async () => {
      await upload(1, 65_536, 65_537, 300_000)
      const ranges = [
        [0, bytes.length],
        [0, 0],
        [0, 1],
        [1, 65_536],
        [65_535, 65_538],
        [299_999, 300_001],
        [bytes.length - 1, bytes.length],
      ] as const
      for (const [start, stop] of ranges) {
        expect((await read(start, stop)).equals(bytes.subarray(start, stop)), `${start}-${stop}`).to.equal(
          true,
        )
      }
    })

    it('tells what it is, with an entity tag that never changes (I5)', async () => {
      await upload()
      const media = await node.transfer.downloadMedia.open({ mediaId })
      const { read: _, modifiedAt, ...told } = media
      expect(told).to.deep.equal({
        mediaId,
        name: 'a b.jpg',
        mediaType: 'image/jpeg',
        size: bytes.length,
        etag: `"${mediaId}"`,
        sha256: sha256(bytes),
      })
      expect(Math.abs(modifiedAt.getTime() - Date.now())).to.be.lessThan(60_000)
    })

    it('opens the next chunk ahead, one only, and lets go of all when the reader leaves (rule 17)', async () => {
      await upload(100_000, 200_000, 300_000)
      const opened: string[] = []
      let left = 0
      const reading = await withReads(async function* (key, start, stop, signal) {
        opened.push(key)
        try {
          yield* bed.objects.read(key, start, stop, signal)
        } finally {
          left++
        }
      })
      const media = await reading.transfer.downloadMedia.open({ mediaId })
      for await (const part of media.read(0, bytes.length)) {
        expect(part.length).to.be.greaterThan(0)
        break
      }
      expect(opened).to.have.length(2)
      await new Promise((resolve) => setImmediate(resolve))
      expect(left).to.equal(2)
    })

    it('goes on from the byte it reached when a connection is reset', async () => {
      await upload(300_000)
      let resets = 3
      const flaky = await withReads(async function* (key, start, stop, signal) {
        for await (const part of bed.objects.read(key, start, stop, signal)) {
          yield part.subarray(0, 1000)
          if (resets-- > 0) throw new Error('reset')
          yield part.subarray(1000)
        }
      })
      expect((await bed.passUntil(read(10, bytes.length, flaky))).equals(bytes.subarray(10))).to.equal(true)
    })

    it('gives up after five failures without a byte between them', async () => {
      await upload()
      let tries = 0
      const broken = await withReads(async function* () {
        tries++
        yield new Uint8Array(0)
        throw new Error('refused')
      })
      expect(await bed.passUntil(read(0, 10, broken)).catch((error: Error) => error.message)).to.equal(
        'refused',
      )
      expect(tries).to.equal(5)
    })

    it('asks the ledger again for a missing object, and fails when it stays missing (rule 17)', async () => {
      await upload()
      const chunks = node.ledger.calls('chunks')
      const [key = ''] = bed.keysOf(uploadId)
      const object = bed.objects.objects.get(key)
      bed.objects.objects.delete(key)
      const failure = await bed.passUntil(read(0, 10)).catch((error: unknown) => error)
      expect(failure).to.be.instanceOf(BlobMissing)
      expect(node.ledger.calls('chunks')).to.equal(chunks + 2)
      if (object) bed.objects.objects.set(key, object)
      expect((await read(0, 10)).equals(bytes.subarray(0, 10))).to.equal(true)
    })

    it('fails rather than give fewer or more bytes than the ledger knows', async () => {
      await upload()
      const short = await withReads(async function* () {
        yield bytes.subarray(0, 5)
      })
      expect(await bed.passUntil(read(0, 10, short)).catch((error: Error) => error.message)).to.match(
        /length|/,
      )
      const long = await withReads(async function* () {
        yield bytes.subarray(0, 50)
      })
      const failure = await bed.passUntil(read(0, 10, long)).catch((error: Error) => error.message)
      expect(failure).to.include('another length')
    })

    it('fails when the ledger has a gap', async () => {
      await upload()
      const lost = await bed.addNode({
        ledger: new Proxy(node.ledger.port, {
          get: (target, name) =>
            name === 'chunks'
              ? async (...args: Parameters<typeof target.chunks>) =>
                  (await target.chunks(...args)).map((chunk) => ({ ...chunk, start: chunk.start + 1 }))
              : Reflect.get(target, name).bind(target),
        }),
      })
      expect(await bed.passUntil(read(0, 10, lost)).catch((error: Error) => error.message)).to.include(
        'no chunk',
      )
    })

    it('ends when it is aborted', async () => {
      await upload()
      const gone = new AbortController()
      gone.abort(new Error('gone'))
      const failure = await read(0, 10, node, gone.signal).catch((error: Error) => error.message)
      expect(failure).to.equal('gone')
    })

    it('finds nothing while the upload is incomplete, or under an unknown id', async () => {
      expect(await refusalOf(read(0, 1))).to.equal('media-not-found')
      expect(await refusalOf(node.transfer.locateMedia.run({ mediaId }))).to.equal('media-not-found')
      expect(await refusalOf(node.transfer.downloadMedia.open({ mediaId: 'unknown' }))).to.equal(
        'media-not-found',
      )
    })
  })

  it('tells where a complete media lies', async () => {
    await upload()
    expect(await node.transfer.locateMedia.run({ mediaId })).to.deep.equal({
      mediaId,
      url: `https://example.org/media/${mediaId}/a b.jpg`,
      name: 'a b.jpg',
      size: bytes.length,
      mediaType: 'image/jpeg',
      sha256: sha256(bytes),
    })
  })

  describe('DeleteMedia', () => {
    const remove = (principal = ALICE) => node.transfer.deleteMedia.run({ principal, mediaId })

    it('is for the owner, of a complete media, and leaves the link saying that it is gone (I5)', async () => {
      expect(await refusalOf(remove())).to.equal('upload-incomplete')
      await upload()
      expect(await refusalOf(remove(BOB))).to.equal('media-not-found')
      expect(await refusalOf(remove())).to.equal('none')
      expect(await refusalOf(remove())).to.equal('none')
      expect(await refusalOf(read(0, 1))).to.equal('media-gone')
      expect(await refusalOf(node.transfer.locateMedia.run({ mediaId }))).to.equal('media-gone')
    })

    it('takes the bytes out of the store with the next sweep (I6)', async () => {
      await upload(300_000)
      await remove()
      expect(bed.keysOf(uploadId)).to.have.length(2)
      await node.transfer.sweepUploads.run()
      expect(bed.keysOf(uploadId)).to.have.length(0)
    })
  })

  describe('ClaimMessage and ConfirmSent', () => {
    const claim = (device: string) => node.transfer.claimMessage.run({ principal: ALICE, uploadId, device })
    const sent = (device: string) => node.transfer.confirmSent.run({ principal: ALICE, uploadId, device })

    it('lease the message to one device at a time (I8)', async () => {
      expect(await refusalOf(claim(PHONE))).to.equal('upload-incomplete')
      expect(await refusalOf(sent(PHONE))).to.equal('upload-incomplete')
      await upload()
      expect(await refusalOf(claim(PHONE))).to.equal('none')
      expect(await refusalOf(claim(PHONE))).to.equal('none')
      expect(await refusalOf(claim(TABLET))).to.equal('claimed-elsewhere')
      expect(await refusalOf(sent(PHONE))).to.equal('none')
      expect(await refusalOf(sent(PHONE))).to.equal('none')
      expect(await refusalOf(claim(TABLET))).to.equal('message-sent')
    })

    it('give the lease to one of two devices that ask at once (I8)', async () => {
      await upload()
      const outcomes = await Promise.all([refusalOf(claim(PHONE)), refusalOf(claim(TABLET))])
      expect(outcomes.sort()).to.deep.equal(['claimed-elsewhere', 'none'])
    })

    it('give the lease on when it is over', async () => {
      await upload()
      await claim(PHONE)
      await bed.sql("update delivery set lease_until = now() - interval '1 s' where upload_id = $1", [
        uploadId,
      ])
      expect(await refusalOf(claim(TABLET))).to.equal('none')
    })

    it('know what became of a lost answer (I8)', async () => {
      await upload()
      node.ledger.fail('moveDelivery', 'after')
      expect(await refusalOf(claim(PHONE))).to.equal('none')
      node.ledger.failAlways('moveDelivery', 'before')
      expect(await sent(PHONE).catch((error: Error) => error.message)).to.include('moveDelivery failed')
    })

    it('are for uploads that a message carries', async () => {
      const file = { principal: ALICE, name: 'a', type: 'a/b', size: 0 }
      uploadId = (await node.transfer.createUpload.run(file)).uploadId
      expect(await refusalOf(claim(PHONE))).to.equal('bad-request')
    })

    it('end with the media, though what was sent was sent', async () => {
      await upload()
      await claim(PHONE)
      await node.transfer.deleteMedia.run({ principal: ALICE, mediaId })
      expect(await refusalOf(claim(PHONE))).to.equal('media-gone')
      expect(await refusalOf(sent(PHONE))).to.equal('none')
    })
  })
})
