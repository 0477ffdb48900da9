import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { ScriptedBody } from '../../test/transfer/scripted-body.ts'
import {
  ALICE,
  offerOf,
  refusalOf,
  type TestNode,
  TransferBed,
  until,
} from '../../test/transfer/transfer-bed.ts'

const KIB = 1024

describe('Backpressure', () => {
  let bed: TransferBed

  before(async function () {
    this.timeout(60_000)
    bed = await TransferBed.open()
  })

  after(() => bed.close())

  async function receiving(node: TestNode, bytes: Uint8Array) {
    const slot = await node.transfer.offerUpload.run({ principal: ALICE, offer: offerOf(bytes) })
    const body = new ScriptedBody()
    const { uploadId } = slot
    const done = node.transfer.receiveUpload.run({ principal: ALICE, uploadId, offset: 0, body })
    return { uploadId, body, done, received: () => node.transfer.writers.received(uploadId) ?? 0 }
  }

  it('reads no more of a body than its share while the store does not answer, and goes on afterwards', async () => {
    const node = await bed.addNode({ memoryBudgetBytes: 1024 * KIB })
    const bytes = randomBytes(4000 * KIB)
    const { uploadId, body, done, received } = await receiving(node, bytes)
    let answer = () => {}
    const silence = new Promise<void>((resolve) => (answer = resolve))
    node.store.fail('put', silence, silence, silence)
    body.send(bytes).end()
    await until(() => node.store.calls('put') === 2 && body.isPaused())
    expect(received()).to.be.at.most(1024 * KIB)
    bed.clock.pass(29_000)
    expect(body.isPaused()).to.equal(true)
    answer()
    expect(await done).to.include({ state: 'complete' })
    expect((await bed.bytesOf(node, uploadId)).equals(bytes)).to.equal(true)
  })

  it('does not take a body for idle that it does not read itself (rule 14)', async () => {
    const node = await bed.addNode({ memoryBudgetBytes: 512 * KIB })
    const bytes = randomBytes(1000 * KIB)
    const { body, done } = await receiving(node, bytes)
    let answer = () => {}
    const silence = new Promise<void>((resolve) => (answer = resolve))
    node.store.fail('put', silence, silence, silence)
    body.send(bytes)
    await until(() => body.isPaused())
    for (let seconds = 0; seconds < 40; seconds++) bed.clock.pass(1_000)
    expect(body.isPaused()).to.equal(true)
    answer()
    body.end()
    expect(await bed.passUntil(done)).to.include({ state: 'complete' })
  })

  it('keeps many bodies within the budget, and every one gets through', async () => {
    const node = await bed.addNode({ memoryBudgetBytes: 2048 * KIB })
    const bodies = Array.from({ length: 8 }, () => randomBytes(700 * KIB))
    const all = await Promise.all(bodies.map((bytes) => receiving(node, bytes)))
    for (const [at, { body }] of all.entries()) body.send(bodies[at] ?? bytes(0), 3000).end()
    const ends = await bed.passUntil(Promise.all(all.map(({ done }) => done)), 10)
    for (const { state } of ends) expect(state).to.equal('complete')
    for (const [at, { uploadId }] of all.entries()) {
      expect((await bed.bytesOf(node, uploadId)).equals(bodies[at] ?? bytes(0))).to.equal(true)
    }
  })

  it('refuses a body that found no room for 10 s, before it disturbs the upload', async () => {
    const node = await bed.addNode({ memoryBudgetBytes: 256 * KIB })
    const first = await receiving(node, randomBytes(10))
    const second = await receiving(node, randomBytes(10))
    expect(await refusalOf(bed.passUntil(second.done, 1_000))).to.equal('over-budget')
    expect((await bed.upload(node, second.uploadId)).state).to.equal('offered')
    first.body.breakOff()
    expect(await first.done).to.include({ state: 'paused' })
  })
})

function bytes(length: number): Buffer {
  return Buffer.alloc(length)
}
