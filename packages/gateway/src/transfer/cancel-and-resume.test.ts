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

const PHONE = 'alice@example.org/phone'

describe('Cancel, resume, discard and HEAD', () => {
  const bytes = randomBytes(1000)
  let bed: TransferBed
  let node: TestNode
  let other: TestNode

  before(async function () {
    this.timeout(60_000)
    bed = await TransferBed.open()
    node = await bed.addNode()
    other = await bed.addNode()
  })

  afterEach(() => {
    bed.bus.isBroken = false
    for (const { ledger, store } of [node, other]) {
      ledger.heal()
      store.heal()
    }
  })

  after(() => bed.close())

  async function offered(more: object = {}): Promise<{ id: string; token: string }> {
    const slot = await node.transfer.offerUpload.run({ principal: ALICE, offer: offerOf(bytes, more) })
    return { id: slot.uploadId, token: slot.token }
  }

  /** A request that has sent `sent` bytes and goes on. */
  async function sending(id: string, sent: number, on = node) {
    const body = new ScriptedBody().send(bytes.subarray(0, sent))
    const done = on.transfer.receiveUpload.run({ principal: ALICE, uploadId: id, offset: 0, body })
    done.catch(() => {})
    await until(() => on.transfer.writers.received(id) === sent)
    return { body, done }
  }

  /** Complete but for its last commit, which goes on with `letGo`. */
  async function committing(id: string) {
    let letGo = () => {}
    node.ledger.fail('commit', new Promise<void>((resolve) => (letGo = resolve)))
    const done = patch(node, id, bytes)
    done.catch(() => {})
    await until(() => node.ledger.calls('commit') > 0 && node.transfer.writers.received(id) === bytes.length)
    return { done, letGo }
  }

  const of = (uploadId: string) => ({ principal: ALICE, uploadId })
  const cancel = (id: string, on = node) => on.transfer.cancelUpload.run(of(id))
  const resume = (id: string, on = node) => on.transfer.resumeUpload.run({ ...of(id), device: PHONE })
  const head = (id: string, on = node) => on.transfer.inspectUpload.settle(of(id))
  const discard = (id: string, on = node) => on.transfer.discardUpload.run(of(id))

  describe('cancel', () => {
    it('keeps every byte that the gateway had read, and commits nothing afterwards (I4)', async () => {
      const { id } = await offered()
      const { body, done } = await sending(id, 600)
      expect(await cancel(id)).to.include({ state: 'cancelled', committed: 600, received: 600 })
      body.send(bytes.subarray(600)).end()
      expect(await refusalOf(done)).to.equal('none')
      expect(await refusalOf(patch(node, id, bytes, 600))).to.equal('upload-cancelled')
      expect((await bed.upload(node, id)).committed).to.equal(600)
    })

    it('stops a writer of another node, which loses no byte either (I4)', async () => {
      const { id } = await offered()
      await sending(id, 600)
      expect(await cancel(id, other)).to.include({ state: 'cancelled', committed: 600 })
    })

    it('fences a writer that does not answer within 2 s, and what it flushes later is not committed (I3, I4)', async () => {
      const { id } = await offered()
      const { done, body } = await sending(id, 600)
      bed.bus.isBroken = true
      const cancelled = bed.passUntil(cancel(id, other), 100)
      const before = bed.clock.now().getTime()
      expect(await cancelled).to.include({ state: 'cancelled', committed: 0 })
      expect(bed.clock.now().getTime() - before).to.be.within(1_900, 2_500)
      body.send(bytes.subarray(600)).end()
      expect(await refusalOf(done)).to.equal('upload-cancelled')
      expect((await bed.upload(node, id)).committed).to.equal(0)
    })

    it('waits for the newest writer, though an older one of that node ends first (I4)', async () => {
      const { id } = await offered()
      let note = () => {}
      node.ledger.fail('markDirty', new Promise<void>((resolve) => (note = resolve)))
      const first = await sending(id, 10)
      await sending(id, 600)
      let store = () => {}
      node.store.fail('put', new Promise<void>((resolve) => (store = resolve)))
      const puts = node.store.calls('put')
      const cancelled = cancel(id, other)
      await until(() => node.store.calls('put') > puts)
      const finds = other.ledger.calls('find')
      note()
      expect(await refusalOf(first.done)).to.equal('overtaken')
      await until(() => other.ledger.calls('find') > finds && !other.ledger.isBusy())
      await new Promise((resolve) => setImmediate(resolve))
      expect((await bed.upload(node, id)).state).to.equal('receiving')
      store()
      expect(await cancelled).to.include({ state: 'cancelled', committed: 600 })
    })

    it('waits its 2 s, no longer, when the ledger cannot say whether the writer is gone', async () => {
      const { id } = await offered()
      await sending(id, 600)
      other.ledger.fail('find', Promise.resolve(), 'before')
      expect(await bed.passUntil(cancel(id, other))).to.include({ state: 'cancelled', committed: 600 })
      expect(bed.logged.some(({ message }) => message === 'a writer could not be asked to stop')).to.equal(
        true,
      )
    })

    it('does not wait for a dead node (rule 13)', async () => {
      const { id } = await offered()
      await sending(id, 600)
      await bed.sql("update node set beat_at = now() - interval '1 minute' where id = $1", [node.name])
      const before = bed.clock.now()
      expect(await cancel(id, other)).to.include({ state: 'cancelled', committed: 0 })
      expect(bed.clock.now()).to.deep.equal(before)
      await bed.revive(node)
    })

    it('does not wait for a writer that this process no longer has', async () => {
      const { id } = await offered()
      await bed.sql("update upload set state = 'receiving', writer = $2, epoch = epoch + 1 where id = $1", [
        id,
        node.name,
      ])
      expect(await cancel(id)).to.include({ state: 'cancelled' })
      const { id: elsewhere } = await offered()
      await bed.sql("update upload set state = 'receiving', writer = $2, epoch = epoch + 1 where id = $1", [
        elsewhere,
        node.name,
      ])
      expect(await cancel(elsewhere, other)).to.include({ state: 'cancelled' })
    })

    it('is the same twice, and from any device, though the first raised the grant', async () => {
      const { id, token } = await offered()
      await cancel(id)
      const principal = await node.transfer.tokens.verify(token)
      expect(await node.transfer.cancelUpload.run({ principal, uploadId: id })).to.include({
        state: 'cancelled',
      })
      expect((await bed.upload(node, id)).grantNo).to.equal(1)
    })

    it('is not undone by a client that retries with the token it has (I4, rule 5)', async () => {
      const { id, token } = await offered()
      const principal = await node.transfer.tokens.verify(token)
      await cancel(id)
      expect(await refusalOf(patch(node, id, bytes, 0, { principal }))).to.equal('upload-cancelled')
      await resume(id)
      expect(await refusalOf(patch(node, id, bytes, 0, { principal }))).to.equal('overtaken')
      expect((await bed.upload(node, id)).committed).to.equal(0)
    })

    it('does not complete an upload, even if its flush takes the last byte (rule 7)', async () => {
      const { id } = await offered()
      const { body } = await sending(id, 999)
      let store = () => {}
      node.store.fail('put', new Promise<void>((resolve) => (store = resolve)))
      body.send(bytes.subarray(999)).end()
      await until(() => node.transfer.writers.received(id) === 1000)
      const finds = node.ledger.calls('find')
      const cancelled = cancel(id)
      await until(() => node.ledger.calls('find') > finds && !node.ledger.isBusy())
      store()
      expect(await cancelled).to.include({ state: 'cancelled', committed: 1000 })
      expect(await resume(id)).to.include({ state: 'complete', committed: 1000 })
    })

    it('withholds the message of an upload that became complete first (rule 7)', async () => {
      const { id } = await offered()
      const { letGo } = await committing(id)
      const cancelled = cancel(id)
      setImmediate(letGo)
      expect(await cancelled).to.include({ state: 'complete', delivery: 'withheld' })
      expect(await cancel(id)).to.include({ state: 'complete', delivery: 'withheld' })
      const claim = { ...of(id), device: PHONE }
      expect(await refusalOf(node.transfer.claimMessage.run(claim))).to.equal('message-withheld')
      expect(await resume(id)).to.include({ state: 'complete' })
      await node.transfer.claimMessage.run(claim)
      expect(await refusalOf(cancel(id))).to.equal('upload-complete')
    })

    it('refuses when a complete upload has no message to withhold', async () => {
      const slot = await node.transfer.createUpload.run({
        principal: ALICE,
        name: 'a',
        type: 'a/b',
        size: 1000,
      })
      await patch(node, slot.uploadId, bytes)
      expect(await refusalOf(cancel(slot.uploadId))).to.equal('upload-complete')
    })

    it('is cancelled once though the answer of the ledger was lost', async () => {
      const { id } = await offered()
      node.ledger.fail('fence', 'after')
      expect(await cancel(id)).to.include({ state: 'cancelled' })
    })

    it('rejects when the ledger cannot be reached', async () => {
      const { id } = await offered()
      node.ledger.failAlways('fence', 'before')
      expect(await cancel(id).catch((error: Error) => error.message)).to.include('fence failed')
    })

    it('decides again when the row moves under it, and gives up when that goes on', async () => {
      const { id } = await offered()
      const moving = async () =>
        void (await bed.sql('update upload set epoch = epoch + 1 where id = $1', [id]))
      node.ledger.fail('fence', moving())
      expect(await cancel(id)).to.include({ state: 'cancelled' })
      const { id: busy } = await offered()
      const again = async () =>
        void (await bed.sql('update upload set epoch = epoch + 1 where id = $1', [busy]))
      // Each fence finds the row one epoch further than it was read.
      const real = node.ledger.port
      let fences = 0
      const lagging = new Proxy(real, {
        get: (target, name) =>
          name === 'fence'
            ? async (fence: Parameters<typeof real.fence>[0]) => {
                fences++
                await again()
                return target.fence(fence)
              }
            : Reflect.get(target, name).bind(target),
      })
      const unlucky = await bed.addNode({ ledger: lagging })
      expect(await refusalOf(cancel(busy, unlucky))).to.equal('upload-busy')
      expect(fences).to.equal(5)
    })

    it('knows no upload of another owner', async () => {
      const { id } = await offered()
      expect(await refusalOf(node.transfer.cancelUpload.run({ principal: BOB, uploadId: id }))).to.equal(
        'upload-not-found',
      )
    })
  })

  describe('resume', () => {
    it('goes on at the committed offset with a fresh token, on another node too', async () => {
      const { id } = await offered()
      await sending(id, 600)
      await cancel(id)
      const slot = await resume(id, other)
      expect(slot).to.include({ state: 'paused', committed: 600 })
      const principal = await other.transfer.tokens.verify(slot.token)
      expect(await patch(other, id, bytes, 600, { principal })).to.include({ state: 'complete' })
      expect((await bed.bytesOf(node, id)).equals(bytes)).to.equal(true)
    })

    it('takes over from a device at work, whose request ends with what it committed (I3)', async () => {
      const { id, token } = await offered()
      const principal = await node.transfer.tokens.verify(token)
      const body = new ScriptedBody().send(bytes.subarray(0, 600))
      const done = node.transfer.receiveUpload.run({ principal, uploadId: id, offset: 0, body })
      await until(() => node.transfer.writers.received(id) === 600)
      expect(await resume(id)).to.include({ state: 'paused', committed: 600 })
      expect(await refusalOf(done)).to.be.oneOf(['overtaken', 'none'])
      expect(await refusalOf(patch(node, id, bytes, 600, { principal }))).to.equal('overtaken')
    })

    it('sends progress to the device that resumed', async () => {
      const { id } = await offered()
      await resume(id)
      expect((await bed.upload(node, id)).delivery?.progressJid).to.equal(PHONE)
    })

    it('verifies an upload that was cancelled at full length (rule 7)', async () => {
      const { id } = await offered({ hash: sha256(bytes) })
      const { body } = await sending(id, 1000)
      expect(await cancel(id)).to.include({ state: 'cancelled', committed: 1000 })
      body.end()
      expect((await resume(id)).state).to.be.oneOf(['verifying', 'complete'])
      expect(await head(id)).to.include({ state: 'complete' })
    })

    it('refuses what has ended', async () => {
      const { id } = await offered()
      await discard(id)
      expect(await refusalOf(resume(id))).to.equal('upload-discarded')
    })
  })

  describe('HEAD', () => {
    it('stops a writer so that its answer may be gone on from, and loses no byte (I2)', async () => {
      const { id } = await offered()
      const { done } = await sending(id, 600)
      expect(await head(id)).to.include({ state: 'paused', committed: 600 })
      expect(await done).to.include({ state: 'paused', committed: 600 })
      expect(await patch(node, id, bytes, 600)).to.include({ state: 'complete' })
    })

    it('stops a writer of another node', async () => {
      const { id } = await offered()
      await sending(id, 600)
      expect(await head(id, other)).to.include({ state: 'paused', committed: 600 })
    })

    it('stops the writer of another node though an overtaken one is still here (I2)', async () => {
      const { id } = await offered()
      await sending(id, 10)
      await sending(id, 600, other)
      expect(await head(id)).to.include({ state: 'paused', committed: 600 })
    })

    it('completes an upload whose last byte its flush took', async () => {
      const { id } = await offered()
      await sending(id, 1000)
      expect(await head(id)).to.include({ state: 'complete', committed: 1000 })
    })

    it('does not undo a cancel, though all bytes had come (I4, rule 7)', async () => {
      const { id } = await offered()
      await sending(id, 1000)
      await node.transfer.writers.stop(id)
      let go = () => {}
      const fences = other.ledger.calls('fence')
      other.ledger.fail('fence', new Promise<void>((resolve) => (go = resolve)))
      const seen = head(id, other)
      await until(() => other.ledger.calls('fence') > fences)
      expect(await cancel(id)).to.include({ state: 'cancelled', committed: 1000 })
      go()
      expect(await seen).to.include({ state: 'cancelled', committed: 1000 })
      expect((await bed.upload(node, id)).state).to.equal('cancelled')
    })

    it('and a cancel at once end in what the cancel was answered (I4, rule 7)', async () => {
      for (let round = 0; round < 5; round++) {
        const { id } = await offered()
        await sending(id, 1000)
        const [seen, cancelled] = await Promise.all([head(id, other), cancel(id)])
        const { state, delivery } = await bed.upload(node, id)
        expect({ state, delivery: delivery?.state }).to.deep.equal({
          state: cancelled.state,
          delivery: cancelled.delivery,
        })
        if (state === 'complete') expect(delivery?.state).to.equal('withheld')
        expect(seen.state).to.be.oneOf(['paused', 'cancelled', 'complete'])
      }
    })

    it('and another HEAD at once both complete an upload that is full', async () => {
      const { id } = await offered()
      await sending(id, 1000)
      await node.transfer.writers.stop(id)
      let go = () => {}
      const fences = other.ledger.calls('fence')
      other.ledger.fail('fence', new Promise<void>((resolve) => (go = resolve)))
      const seen = head(id, other)
      await until(() => other.ledger.calls('fence') > fences)
      expect(await head(id)).to.include({ state: 'complete' })
      go()
      expect(await seen).to.include({ state: 'complete' })
    })

    it('disturbs nobody with an outdated grant', async () => {
      const { id, token } = await offered()
      const principal = await node.transfer.tokens.verify(token)
      await resume(id)
      const { body, done } = await sending(id, 600)
      const seen = await node.transfer.inspectUpload.settle({ principal, uploadId: id })
      expect(seen).to.include({ state: 'receiving', committed: 0 })
      body.send(bytes.subarray(600)).end()
      expect(await done).to.include({ state: 'complete' })
    })

    it('answers a cancelled upload', async () => {
      const { id } = await offered()
      await cancel(id)
      expect(await head(id)).to.include({ state: 'cancelled' })
    })

    it('sees a cancel that came while it waited for the writer', async () => {
      const { id } = await offered()
      await sending(id, 600)
      const [seen, cancelled] = await Promise.all([head(id), cancel(id)])
      expect(cancelled).to.include({ state: 'cancelled', committed: 600 })
      expect(seen.state).to.be.oneOf(['paused', 'cancelled'])
    })

    it('answers what became of an upload that was cancelled or ended while its writer was asked', async () => {
      for (const [end, state] of [
        [cancel, 'cancelled'],
        [discard, 'discarded'],
      ] as const) {
        const { id } = await offered()
        await sending(id, 600)
        let go = () => {}
        const finds = other.ledger.calls('find')
        other.ledger.fail('fence', new Promise<void>((resolve) => (go = resolve)))
        bed.bus.isBroken = true
        const seen = bed.passUntil(head(id, other))
        seen.catch(() => {})
        await until(() => other.ledger.calls('find') > finds + 1)
        await end(id)
        go()
        if (state === 'cancelled') expect(await seen).to.include({ state })
        else expect(await refusalOf(seen)).to.equal('upload-discarded')
        bed.bus.isBroken = false
      }
    })

    it('says busy when the ledger fails or the gateway drains, since tus clients begin anew on all else', async () => {
      const { id } = await offered()
      node.ledger.failAlways('find', 'before')
      expect(await refusalOf(head(id))).to.equal('upload-busy')
      node.ledger.heal()
      const draining = await bed.addNode()
      const { done } = await sending(id, 600, draining)
      await draining.transfer.writers.drain()
      expect(await done).to.include({ state: 'paused', committed: 600 })
      expect(await refusalOf(head(id, draining))).to.equal('upload-busy')
      expect(await refusalOf(patch(draining, id, bytes, 600))).to.equal('upload-busy')
    })

    it('refuses what has ended', async () => {
      const { id } = await offered()
      await discard(id)
      expect(await refusalOf(head(id))).to.equal('upload-discarded')
    })
  })

  describe('drain', () => {
    it('completes an upload whose body is whole, as its client is told so (I7)', async () => {
      for (const ends of [true, false]) {
        const draining = await bed.addNode()
        const { id } = await offered()
        let store = () => {}
        draining.store.fail('put', new Promise<void>((resolve) => (store = resolve)))
        const { body, done } = await sending(id, 1000, draining)
        if (ends) {
          body.end()
          await until(() => draining.store.calls('put') > 0)
        }
        const drained = draining.transfer.writers.drain()
        store()
        await drained
        expect(await done).to.include({ state: 'complete', committed: 1000 })
      }
    })

    it('completes nothing that is cancelled meanwhile (rule 7)', async () => {
      const draining = await bed.addNode()
      const { id } = await offered()
      let store = () => {}
      draining.store.fail('put', new Promise<void>((resolve) => (store = resolve)))
      await sending(id, 1000, draining)
      const drained = draining.transfer.writers.drain()
      const cancelled = cancel(id, draining)
      await until(() => draining.store.calls('put') > 0 && !draining.ledger.isBusy())
      store()
      await drained
      expect(await cancelled).to.include({ state: 'cancelled', committed: 1000 })
      expect((await bed.upload(node, id)).state).to.equal('cancelled')
    })

    it('waits for a writer that is about to begin, which takes nothing any more', async () => {
      const draining = await bed.addNode()
      const [{ id }, { id: slow }] = [await offered(), await offered()]
      let store = () => {}
      draining.store.fail('put', new Promise<void>((resolve) => (store = resolve)))
      const flushing = await sending(slow, 10, draining)
      let take = () => {}
      draining.ledger.fail('take', new Promise<void>((resolve) => (take = resolve)))
      const body = new ScriptedBody().send(bytes.subarray(0, 600))
      const request = { principal: ALICE, uploadId: id, offset: 0, body }
      const done = draining.transfer.receiveUpload.run(request)
      await until(() => draining.ledger.calls('take') > 1)
      const drained = draining.transfer.writers.drain()
      take()
      // At once, though another one takes its time.
      expect(await done).to.include({ state: 'paused', committed: 0 })
      store()
      await drained
      expect(await flushing.done).to.include({ state: 'paused', committed: 10 })
    })

    it('is not over before a writer that began meanwhile has ended', async () => {
      const draining = await bed.addNode()
      const { id } = await offered()
      let take = () => {}
      draining.ledger.fail('take', new Promise<void>((resolve) => (take = resolve)))
      const done = patch(draining, id, bytes)
      await until(() => draining.ledger.calls('take') > 0)
      const drained = draining.transfer.writers.drain()
      take()
      await drained
      expect((await bed.upload(node, id)).state).to.equal('paused')
      expect(await done).to.include({ state: 'paused', committed: 0 })
    })

    it('ends though a writer that was about to begin could not', async () => {
      const draining = await bed.addNode()
      const { id } = await offered()
      let take = () => {}
      const refused = new Promise<void>((resolve) => (take = resolve)).then(() => {
        throw new Error('as the test wants it')
      })
      refused.catch(() => {})
      draining.ledger.fail('take', refused)
      const done = patch(draining, id, bytes)
      done.catch(() => {})
      await until(() => draining.ledger.calls('take') > 0)
      const drained = draining.transfer.writers.drain()
      take()
      await drained
      expect(await refusalOf(done)).to.equal('upload-busy')
    })
  })

  describe('state', () => {
    it('tells what was received and what is durable, and disturbs nobody', async () => {
      const { id } = await offered()
      const { body, done } = await sending(id, 600)
      const status = await node.transfer.inspectUpload.status(of(id))
      expect(status).to.include({ state: 'receiving', committed: 0, received: 600 })
      body.send(bytes.subarray(600)).end()
      expect(await done).to.include({ state: 'complete' })
    })
  })

  describe('discard', () => {
    it('ends a writer at work and forgets the upload', async () => {
      const { id } = await offered()
      const { done } = await sending(id, 600)
      expect(await discard(id)).to.include({ state: 'discarded' })
      expect(await refusalOf(done)).to.equal('upload-discarded')
      expect(await discard(id)).to.include({ state: 'discarded' })
    })

    it('is refused to an outdated grant', async () => {
      const { id, token } = await offered()
      const principal = await node.transfer.tokens.verify(token)
      await resume(id)
      expect(await refusalOf(node.transfer.discardUpload.run({ principal, uploadId: id }))).to.equal(
        'overtaken',
      )
    })

    it('does not end a complete upload (I5)', async () => {
      const { id } = await offered()
      await patch(node, id, bytes)
      expect(await refusalOf(discard(id))).to.equal('upload-complete')
    })
  })
})
