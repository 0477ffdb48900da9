import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { ScriptedBody } from '../../test/transfer/scripted-body.ts'
import {
  ALICE,
  BOB,
  offerOf,
  patch,
  refusalOf,
  sha256,
  type TestNode,
  TransferBed,
  until,
} from '../../test/transfer/transfer-bed.ts'

const KIB = 1024
const MIB = 1024 * KIB
const HOUR_MS = 3_600_000

describe('ReceiveUpload', () => {
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

  async function offered(bytes: Uint8Array, more: object = {}): Promise<string> {
    const slot = await node.transfer.offerUpload.run({ principal: ALICE, offer: offerOf(bytes, more) })
    return slot.uploadId
  }

  function receive(uploadId: string, body: ScriptedBody, more: object = {}) {
    return node.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 0, body, ...more })
  }

  it('completes an upload whose whole body came, with the very bytes (I7)', async () => {
    const bytes = randomBytes(3_000_001)
    const id = await offered(bytes)
    const status = await patch(node, id, bytes)
    expect(status).to.include({ state: 'complete', committed: bytes.length, received: bytes.length })
    expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
  })

  it('completes a body that came without a length, once it has ended', async () => {
    const bytes = randomBytes(200_000)
    const id = await offered(bytes)
    const body = new ScriptedBody().send(bytes)
    const receiving = receive(id, body)
    await until(() => node.transfer.writers.received(id) === bytes.length)
    expect((await bed.upload(node, id)).state).to.equal('receiving')
    body.end()
    expect(await receiving).to.include({ state: 'complete' })
  })

  it('cuts a long body at the target size and commits it in the order of its bytes (I1)', async () => {
    const bytes = randomBytes(20 * MIB)
    const id = await offered(bytes)
    await patch(node, id, bytes)
    const chunks = await node.ledger.port.chunks(id, 0, bytes.length)
    expect(chunks.map(({ start, stop }) => stop - start)).to.deep.equal([8 * MIB, 8 * MIB, 4 * MIB])
    expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
  })

  it('commits in order also when a later PUT ends first (I1)', async () => {
    const bytes = randomBytes(20 * MIB)
    const id = await offered(bytes)
    let letGo = () => {}
    node.store.fail('put', new Promise<void>((resolve) => (letGo = resolve)))
    const receiving = patch(node, id, bytes)
    await until(() => bed.keysOf(id).length === 2)
    expect((await bed.upload(node, id)).committed).to.equal(0)
    letGo()
    expect(await receiving).to.include({ state: 'complete' })
    expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
  })

  it('keeps what came when the connection breaks off, and pauses (I2)', async () => {
    const bytes = randomBytes(500_000)
    const id = await offered(bytes)
    const body = new ScriptedBody().send(bytes.subarray(0, 300_000))
    const receiving = receive(id, body, { length: bytes.length })
    body.breakOff()
    expect(await receiving).to.include({ state: 'paused', committed: 300_000, received: 300_000 })
    expect((await bed.bytesOf(node, id)).equals(bytes.subarray(0, 300_000))).to.equal(true)
    expect(await patch(node, id, bytes, 300_000)).to.include({ state: 'complete' })
    expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
  })

  it('overtakes nobody with a body that had broken off before anybody read it (I3)', async () => {
    const bytes = randomBytes(1000)
    const id = await offered(bytes)
    const living = new ScriptedBody().send(bytes.subarray(0, 500))
    const receiving = receive(id, living)
    await until(() => node.transfer.writers.received(id) === 500)
    const body = new ScriptedBody()
    body.on('error', () => {})
    body.destroy(new Error('gone'))
    expect(await receive(id, body, { length: 1000 })).to.include({ state: 'receiving', committed: 0 })
    living.send(bytes.subarray(500)).end()
    expect(await receiving).to.include({ state: 'complete' })
    expect((await bed.upload(node, id)).epoch).to.equal(1)
  })

  it('overtakes nobody with a body whose client left while it waited for memory (I3)', async () => {
    const small = await bed.addNode({ memoryBudgetBytes: 256 * KIB })
    const bytes = randomBytes(1000)
    const [id, next] = [await offered(bytes), await offered(bytes)]
    const admitted = new ScriptedBody().send(bytes.subarray(0, 500))
    const to = (uploadId: string, body: ScriptedBody) =>
      small.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 0, body })
    const receiving = to(id, admitted)
    await until(() => small.transfer.writers.received(id) === 500)
    const body = new ScriptedBody()
    const waiting = to(next, body)
    await until(() => body.listenerCount('close') > 0)
    body.destroy(new Error('gone'))
    expect(await waiting).to.include({ state: 'offered', committed: 0 })
    admitted.send(bytes.subarray(500)).end()
    expect(await receiving).to.include({ state: 'complete' })
    expect((await bed.upload(node, next)).epoch).to.equal(0)
  })

  it('refuses a body that waits for memory in vain, and takes the next one', async () => {
    const small = await bed.addNode({ memoryBudgetBytes: 256 * KIB })
    const bytes = randomBytes(1000)
    const [id, next] = [await offered(bytes), await offered(bytes)]
    const admitted = new ScriptedBody().send(bytes.subarray(0, 500))
    const receiving = small.transfer.receiveUpload.run({
      principal: ALICE,
      uploadId: id,
      offset: 0,
      body: admitted,
    })
    await until(() => small.transfer.writers.received(id) === 500)
    expect(await refusalOf(bed.passUntil(patch(small, next, bytes), 1_000))).to.equal('over-budget')
    admitted.send(bytes.subarray(500)).end()
    expect(await receiving).to.include({ state: 'complete' })
    expect(await patch(small, next, bytes)).to.include({ state: 'complete' })
  })

  it('takes an ended body for an empty one when it was read before', async () => {
    const bytes = randomBytes(1000)
    const id = await offered(bytes)
    const body = new ScriptedBody().end()
    body.resume()
    await until(() => body.readableEnded)
    expect(await receive(id, body)).to.include({ state: 'paused', committed: 0 })
  })

  it('pauses after 30 s without a byte, though the connection lives', async () => {
    const bytes = randomBytes(1000)
    const id = await offered(bytes)
    const receiving = receive(id, new ScriptedBody().send(bytes.subarray(0, 10)))
    await until(() => node.transfer.writers.received(id) === 10)
    bed.clock.pass(29_000)
    expect((await bed.upload(node, id)).state).to.equal('receiving')
    bed.clock.pass(1_500)
    expect(await receiving).to.include({ state: 'paused', committed: 10 })
  })

  it('commits a few bytes of a slow body only when they are 15 s old, many after 1 s (rule 11)', async () => {
    const bytes = randomBytes(2 * MIB)
    const id = await offered(bytes)
    const body = new ScriptedBody().send(bytes.subarray(0, 100))
    const receiving = receive(id, body)
    await until(() => node.transfer.writers.received(id) === 100)
    bed.clock.pass(14_000)
    expect(bed.keysOf(id)).to.have.length(0)
    bed.clock.pass(2_000)
    await until(async () => (await bed.upload(node, id)).committed === 100)
    body.send(bytes.subarray(100, 100 + 300 * KIB))
    await until(() => node.transfer.writers.received(id) === 100 + 300 * KIB)
    bed.clock.pass(1_500)
    await until(async () => (await bed.upload(node, id)).committed === 100 + 300 * KIB)
    body.send(bytes.subarray(100 + 300 * KIB)).end()
    expect(await receiving).to.include({ state: 'complete' })
  })

  it('announces progress at most once a second, and what it held back later', async () => {
    const bytes = randomBytes(64 * KIB)
    const id = await offered(bytes)
    const kinds: string[] = []
    const off = bed.bus.join('listener').onChange(({ uploadId, kind }) => {
      if (uploadId === id) kinds.push(kind)
    })
    const body = new ScriptedBody()
    const receiving = receive(id, body)
    for (let at = 0; at < 3; at++) {
      await until(() => node.transfer.writers.received(id) === at * KIB)
      body.send(bytes.subarray(at * KIB, (at + 1) * KIB))
      await until(() => node.transfer.writers.received(id) === (at + 1) * KIB)
      bed.clock.pass(15_250)
      await until(async () => (await bed.upload(node, id)).committed === (at + 1) * KIB)
    }
    expect(kinds).to.deep.equal(['state', 'progress', 'progress', 'progress'])
    body.end()
    await receiving
    expect(kinds).to.deep.equal(['state', 'progress', 'progress', 'progress', 'state'])
    off()
  })

  it('refuses another offset with the committed one, and leaves the writer undisturbed (rule 12)', async () => {
    const bytes = randomBytes(1000)
    const id = await offered(bytes)
    const body = new ScriptedBody().send(bytes.subarray(0, 500))
    const receiving = receive(id, body)
    await until(() => node.transfer.writers.received(id) === 500)
    expect(await refusalOf(patch(node, id, bytes, 500))).to.equal('offset-mismatch')
    body.send(bytes.subarray(500)).end()
    expect(await receiving).to.include({ state: 'complete' })
  })

  it('lets a second writer at the committed offset win at once, and the first commit nothing more (I3)', async () => {
    const bytes = randomBytes(1000)
    const id = await offered(bytes)
    const first = receive(id, new ScriptedBody().send(randomBytes(700)))
    await until(() => node.transfer.writers.received(id) === 700)
    const body = new ScriptedBody().send(bytes.subarray(0, 300))
    const second = receive(id, body)
    expect(await refusalOf(first)).to.equal('overtaken')
    body.send(bytes.subarray(300)).end()
    expect(await second).to.include({ state: 'complete' })
    expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
  })

  it('lets the newest writer go on when the answer to an older take comes later (I3)', async () => {
    const bytes = randomBytes(1000)
    const id = await offered(bytes, { hash: sha256(bytes) })
    let answer = () => {}
    const held = new Promise<void>((resolve) => (answer = resolve))
    const real = node.ledger.port
    let takes = 0
    const late = new Proxy(real, {
      get: (target, name) => {
        if (name !== 'take') return Reflect.get(target, name).bind(target)
        return async (take: Parameters<typeof real.take>[0]) => {
          const epoch = await target.take(take)
          if (takes++ === 0) await held
          return epoch
        }
      },
    })
    const other = await bed.addNode({ ledger: late })
    const to = (body: ScriptedBody) =>
      other.transfer.receiveUpload.run({ principal: ALICE, uploadId: id, offset: 0, body })
    const older = new ScriptedBody().send(randomBytes(10))
    const first = to(older)
    await until(async () => (await bed.upload(node, id)).epoch === 1)
    const body = new ScriptedBody().send(bytes.subarray(0, 600))
    const second = to(body)
    await until(() => other.transfer.writers.received(id) === 600)
    let ends = 0
    const off = bed.bus.join('listener').onChange(({ uploadId, kind }) => {
      if (uploadId === id && kind === 'state') ends++
    })
    answer()
    expect(await refusalOf(first)).to.equal('overtaken')
    off()
    // It never began: it read nothing, and told of its end only.
    expect({ ends, read: older.readableFlowing }).to.deep.equal({ ends: 1, read: null })
    body.send(bytes.subarray(600)).end()
    expect(await second).to.include({ state: 'complete' })
  })

  it('lets a writer of another node win; the first learns it when it commits (I3)', async () => {
    const other = await bed.addNode()
    const bytes = randomBytes(1000)
    const id = await offered(bytes)
    const slow = new ScriptedBody().send(randomBytes(700))
    const first = receive(id, slow)
    await until(() => node.transfer.writers.received(id) === 700)
    expect(await patch(other, id, bytes)).to.include({ state: 'complete' })
    slow.send(randomBytes(300)).end()
    // The bytes are the second's: the first must not believe that they are its own.
    expect(await refusalOf(first)).to.equal('offset-mismatch')
    expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
  })

  it('sends an overtaken writer to HEAD when the newer one has paused, with bytes that it never sent', async () => {
    const other = await bed.addNode()
    const bytes = randomBytes(1000)
    const id = await offered(bytes)
    const slow = new ScriptedBody().send(randomBytes(700))
    const first = receive(id, slow)
    await until(() => node.transfer.writers.received(id) === 700)
    const body = new ScriptedBody().send(bytes.subarray(0, 300)).breakOff()
    const second = other.transfer.receiveUpload.run({ principal: ALICE, uploadId: id, offset: 0, body })
    expect(await second).to.include({ state: 'paused', committed: 300 })
    slow.end()
    const refused = await first.catch((error: unknown) => error)
    expect(refused).to.deep.include({ code: 'offset-mismatch', details: { committed: 300 } })
    expect(await patch(node, id, bytes, 300)).to.include({ state: 'complete' })
    expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
  })

  it('tells a writer that ended by itself of no bytes that another one added before the answer', async () => {
    const other = await bed.addNode()
    const bytes = randomBytes(1000)
    const id = await offered(bytes)
    const body = new ScriptedBody().send(bytes.subarray(0, 400))
    const first = receive(id, body)
    await until(() => node.transfer.writers.received(id) === 400)
    const finds = node.ledger.calls('find')
    let letGo = () => {}
    node.ledger.fail('find', new Promise<void>((resolve) => (letGo = resolve)))
    body.end()
    await until(() => node.ledger.calls('find') > finds)
    expect(await patch(other, id, bytes, 400)).to.include({ state: 'complete' })
    letGo()
    expect(await refusalOf(first)).to.equal('offset-mismatch')
  })

  it('lets a writer go on that a HEAD fenced because it would not wait longer', async () => {
    const other = await bed.addNode()
    const bytes = randomBytes(1000)
    const id = await offered(bytes)
    let letGo = () => {}
    node.store.fail('put', new Promise<void>((resolve) => (letGo = resolve)))
    const first = receive(id, new ScriptedBody().send(bytes).end())
    await until(() => node.store.calls('put') > 0 && node.transfer.writers.received(id) === 1000)
    const asked = other.transfer.inspectUpload.settle({ principal: ALICE, uploadId: id })
    expect(await bed.passUntil(asked)).to.include({ state: 'paused', committed: 0 })
    letGo()
    expect(await first).to.include({ state: 'paused', committed: 0 })
    expect(await patch(node, id, bytes)).to.include({ state: 'complete' })
  })

  it('refuses a body that says it goes past the end, before it disturbs anybody', async () => {
    const id = await offered(randomBytes(1000))
    const body = new ScriptedBody()
    expect(await refusalOf(receive(id, body, { length: 1001 }))).to.equal('body-too-long')
    expect((await bed.upload(node, id)).state).to.equal('offered')
  })

  it('stores nothing past the end of the upload when a body without a length goes on (I7)', async () => {
    const bytes = randomBytes(100 * KIB)
    const id = await offered(bytes)
    const body = new ScriptedBody().send(bytes.subarray(0, 64 * KIB)).send(randomBytes(64 * KIB))
    expect(await refusalOf(receive(id, body))).to.equal('body-too-long')
    const { state, committed } = await bed.upload(node, id)
    expect({ state, committed }).to.deep.equal({ state: 'paused', committed: 64 * KIB })
  })

  it('completes an empty upload as it is offered, and takes an empty body for it (rule 7)', async () => {
    const slot = await node.transfer.offerUpload.run({ principal: ALICE, offer: offerOf(new Uint8Array(0)) })
    expect(slot.state).to.equal('complete')
    expect(await receive(slot.uploadId, ScriptedBody.of(new Uint8Array(0)), { length: 0 })).to.include({
      state: 'complete',
    })
    expect((await bed.upload(node, slot.uploadId)).epoch).to.equal(1)
  })

  it('fills an empty upload that a crash left offered, also by its PATCH', async () => {
    node.ledger.failAlways('fence', 'before')
    const offer = offerOf(new Uint8Array(0))
    const lost = node.transfer.offerUpload.run({ principal: ALICE, offer })
    expect(await lost.catch((error: Error) => error.message)).to.include('fence failed')
    node.ledger.heal()
    const found = 'select id from upload where message_id = $1'
    const { rows } = await bed.sql<{ id: string }>(found, [offer.messageId])
    const empty = ScriptedBody.of(new Uint8Array(0))
    expect(await receive(rows[0]?.id ?? '', empty, { length: 0 })).to.include({ state: 'complete' })
  })

  it('refuses an upload that is complete', async () => {
    const bytes = randomBytes(10)
    const id = await offered(bytes)
    await patch(node, id, bytes)
    expect(await refusalOf(patch(node, id, bytes, 10, { length: 5 }))).to.equal('upload-complete')
  })

  it('knows no upload of another owner, of another slot, or that never was', async () => {
    const bytes = randomBytes(10)
    const id = await offered(bytes)
    const grant = { uploadId: await offered(bytes), grantNo: 0 }
    expect(await refusalOf(patch(node, id, bytes, 0, { principal: BOB }))).to.equal('upload-not-found')
    expect(await refusalOf(patch(node, id, bytes, 0, { principal: { ...ALICE, grant } }))).to.equal(
      'upload-not-found',
    )
    expect(await refusalOf(patch(node, 'no-such-upload', bytes))).to.equal('upload-not-found')
  })

  it('refuses an expired upload', async () => {
    const bytes = randomBytes(10)
    const id = await offered(bytes)
    await bed.sql("update upload set expires_at = now() - interval '1 s' where id = $1", [id])
    expect(await refusalOf(patch(node, id, bytes))).to.equal('upload-expired')
  })

  it('goes by the time of the database for it, though the own clock be behind or ahead', async () => {
    const bytes = randomBytes(10)
    const [over, open] = [await offered(bytes), await offered(bytes)]
    const expiry = "update upload set expires_at = now() + $2::float8 * interval '1 min' where id = $1"
    await bed.sql(expiry, [over, -1])
    await bed.sql(expiry, [open, 1])
    bed.clock.pass(-HOUR_MS)
    const resume = (uploadId: string) => node.transfer.resumeUpload.run({ principal: ALICE, uploadId })
    expect(await refusalOf(patch(node, over, bytes))).to.equal('upload-expired')
    expect(await refusalOf(resume(over))).to.equal('upload-expired')
    bed.clock.pass(2 * HOUR_MS)
    expect(await patch(node, open, bytes)).to.include({ state: 'complete' })
  })

  describe('when the ledger or the store fails', () => {
    it('takes a commit whose answer was lost for what it is, and deletes nothing (I2, rule 1)', async () => {
      const bytes = randomBytes(300_000)
      const id = await offered(bytes)
      node.ledger.fail('commit', 'after')
      expect(await patch(node, id, bytes)).to.include({ state: 'complete', committed: bytes.length })
      expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
      expect(node.store.calls('remove')).to.equal(0)
    })

    it('sends a commit again that never reached the ledger, in the same epoch (rule 1)', async () => {
      const bytes = randomBytes(300_000)
      const id = await offered(bytes)
      node.ledger.fail('commit', 'before', 'before')
      expect(await bed.passUntil(patch(node, id, bytes))).to.include({ state: 'complete' })
      expect((await bed.upload(node, id)).epoch).to.equal(1)
      expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
    })

    it('asks again when the question about a lost commit is lost too (rule 1)', async () => {
      const bytes = randomBytes(300_000)
      const id = await offered(bytes)
      node.ledger.fail('commit', 'after')
      node.ledger.fail('resolve', 'before', 'after')
      expect(await bed.passUntil(patch(node, id, bytes))).to.include({ state: 'complete' })
      expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
    })

    it('keeps a chunk that was committed though the writer was fenced before it could ask (rule 1)', async () => {
      const other = await bed.addNode()
      const bytes = randomBytes(600_000)
      const id = await offered(bytes)
      let ask = () => {}
      node.ledger.fail('commit', 'after')
      node.ledger.fail('resolve', new Promise<void>((resolve) => (ask = resolve)))
      const body = new ScriptedBody().send(bytes.subarray(0, 300_000)).breakOff()
      const first = receive(id, body, { length: bytes.length })
      await until(async () => (await bed.upload(node, id)).committed === 300_000)
      const second = patch(other, id, bytes, 300_000)
      expect(await second).to.include({ state: 'complete' })
      ask()
      // Only up to there it can say whose the bytes are.
      expect(await refusalOf(first)).to.equal('offset-mismatch')
      expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
    })

    it('gives up a commit after 30 s, says so, and the upload goes on later (I2)', async () => {
      const bytes = randomBytes(1000)
      const id = await offered(bytes)
      node.ledger.failAlways('commit', 'before')
      expect(await refusalOf(bed.passUntil(patch(node, id, bytes), 1_000))).to.equal('unavailable')
      node.ledger.heal()
      expect(await node.transfer.inspectUpload.settle({ principal: ALICE, uploadId: id })).to.include({
        state: 'paused',
        committed: 0,
      })
      expect(await patch(node, id, bytes)).to.include({ state: 'complete' })
    })

    it('asks again for a take whose answer was lost', async () => {
      const bytes = randomBytes(1000)
      const id = await offered(bytes)
      node.ledger.fail('take', 'after', 'before')
      expect(await patch(node, id, bytes)).to.include({ state: 'complete' })
    })

    it('rejects when no take is answered', async () => {
      const bytes = randomBytes(1000)
      const id = await offered(bytes)
      node.ledger.failAlways('take', 'before')
      const failure = await patch(node, id, bytes).catch((error: Error) => error.message)
      expect(failure).to.include('take failed')
    })

    it('stores a chunk again from memory, under a key never used before (rule 9)', async () => {
      const bytes = randomBytes(1000)
      const id = await offered(bytes)
      node.store.fail('put', 'after', 'before')
      expect(await bed.passUntil(patch(node, id, bytes))).to.include({ state: 'complete' })
      expect(bed.keysOf(id)).to.have.length(2)
      expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
      expect(await dirty(id)).to.equal(true)
    })

    it('stores again when a PUT is not answered in time', async () => {
      const bytes = randomBytes(1000)
      const id = await offered(bytes)
      let hanging = 0
      const other = await bed.addNode({
        store: Object.assign(Object.create(bed.objects), {
          put(key: string, buffers: readonly Uint8Array[], signal: AbortSignal) {
            if (hanging++ > 0) return bed.objects.put(key, buffers)
            return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
          },
        }),
      })
      expect(await bed.clock.passUntil(patch(other, id, bytes), 1_000, () => hanging === 0)).to.include({
        state: 'complete',
      })
    })

    it('pauses after 30 s of failed PUTs, keeps what came before, and is swept (I6)', async () => {
      const bytes = randomBytes(20 * MIB)
      const id = await offered(bytes)
      const body = new ScriptedBody()
      const receiving = receive(id, body, { length: bytes.length })
      body.send(bytes.subarray(0, 8 * MIB))
      await until(async () => (await bed.upload(node, id)).committed === 8 * MIB)
      node.store.failAlways('put', 'after')
      body.send(bytes.subarray(8 * MIB))
      expect(await refusalOf(bed.passUntil(receiving, 1_000))).to.equal('unavailable')
      const { state, committed } = await bed.upload(node, id)
      expect({ state, committed }).to.deep.equal({ state: 'paused', committed: 8 * MIB })
      expect(await dirty(id)).to.equal(true)
      node.store.heal()
      expect(await patch(node, id, bytes, 8 * MIB)).to.include({ state: 'complete' })
      expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
    })

    it('ends though the ledger does not take its end for 30 s, and the next writer fences it', async () => {
      const bytes = randomBytes(1000)
      const id = await offered(bytes)
      node.ledger.failAlways('fence', 'before')
      const body = new ScriptedBody().breakOff()
      expect(await bed.passUntil(receive(id, body), 1_000)).to.include({ state: 'receiving' })
      node.ledger.heal()
      expect(await patch(node, id, bytes)).to.include({ state: 'complete' })
    })

    it('is not stopped by signals that cannot be sent', async () => {
      const bytes = randomBytes(1000)
      const id = await offered(bytes)
      bed.bus.isFailing = true
      expect(await patch(node, id, bytes)).to.include({ state: 'complete' })
      bed.bus.isFailing = false
      expect(bed.logged.some(({ message }) => message === 'a change was not announced')).to.equal(true)
    })

    it('says when the objects of an overtaken writer could not be noted for the sweep (I6)', async () => {
      const bytes = randomBytes(1000)
      const id = await offered(bytes)
      const first = receive(id, new ScriptedBody().send(bytes.subarray(0, 10)))
      first.catch(() => {})
      await until(() => node.transfer.writers.received(id) === 10)
      node.ledger.fail('markDirty', 'before')
      expect(await patch(node, id, bytes)).to.include({ state: 'complete' })
      await first.catch(() => {})
      expect(bed.logged.some(({ message }) => message === 'a late object may stay behind')).to.equal(true)
      // The take noted it already: the sweep will come all the same.
      expect(await dirty(id)).to.equal(true)
    })

    it('drops what a commit still answers once another writer has come (I3)', async () => {
      for (const outcome of ['before', 'after'] as const) {
        const bytes = randomBytes(1000)
        const id = await offered(bytes)
        let answer = () => {}
        const held = new Promise<void>((resolve) => (answer = resolve))
        node.ledger.fail('commit', held)
        const body = new ScriptedBody().send(bytes.subarray(0, 10)).breakOff()
        const first = receive(id, body)
        first.catch(() => {})
        const commits = node.ledger.calls('commit')
        await until(() => node.ledger.calls('commit') > commits)
        const second = patch(node, id, bytes)
        await until(async () => (await bed.upload(node, id)).epoch === 2)
        if (outcome === 'before') node.ledger.failAlways('resolve', 'before')
        answer()
        expect(await second).to.include({ state: 'complete' })
        await bed.passUntil(
          first.catch(() => {}),
          1_000,
        )
        node.ledger.heal()
        expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
      }
    })

    async function dirty(id: string): Promise<boolean> {
      const { rows } = await bed.sql<{ dirty: boolean }>('select dirty from upload where id = $1', [id])
      return rows[0]?.dirty ?? false
    }
  })
})
