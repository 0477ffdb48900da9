import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { ScriptedBody } from '../../test/transfer/scripted-body.ts'
import {
  ALICE,
  offerOf,
  sha256,
  type TestNode,
  TransferBed,
  until,
} from '../../test/transfer/transfer-bed.ts'

const SIZE = 5_000

type Step =
  | {
      readonly do: 'send'
      readonly node: 0 | 1
      readonly length: number
      readonly ends: 'end' | 'drop' | 'never'
    }
  | { readonly do: 'cancel' | 'resume' | 'head' | 'status'; readonly node: 0 | 1 }
  | {
      readonly do: 'fail'
      readonly node: 0 | 1
      readonly method: 'commit' | 'fence' | 'take' | 'put'
      readonly fault: 'before' | 'after'
    }
  | { readonly do: 'pass'; readonly ms: number }

const aNode = fc.constantFrom(0 as const, 1 as const)
const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      node: aNode,
      length: fc.integer({ min: 0, max: 2_000 }),
      ends: fc.constantFrom('end' as const, 'drop' as const, 'never' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('cancel' as const, 'resume', 'head', 'status'), node: aNode }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      node: aNode,
      method: fc.constantFrom('commit' as const, 'fence', 'take', 'put'),
      fault: fc.constantFrom('before' as const, 'after'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
  },
)

describe('The life of an upload', () => {
  let bed: TransferBed
  let nodes: readonly [TestNode, TestNode]

  before(async function () {
    this.timeout(60_000)
    bed = await TransferBed.open()
    nodes = [await bed.addNode(), await bed.addNode()]
  })

  after(() => bed.close())

  it('ends with the very bytes, whatever is dropped, cancelled, taken over and fails (I1, I2, I3, I4, I7)', async function () {
    this.timeout(120_000)
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { maxLength: 15 }), async (steps) => {
        const life = new Life(bed, nodes)
        await life.begin()
        for (const step of steps) await life.take(step)
        await life.finish()
      }),
      { numRuns: Number(process.env.SLUICE_TEST_RUNS ?? 20) },
    )
  })
})

/** One upload, and what its owner knows of it. */
class Life {
  readonly #bytes = randomBytes(SIZE)
  readonly #bed: TransferBed
  readonly #nodes: readonly [TestNode, TestNode]
  readonly #requests: Promise<unknown>[] = []
  #id = ''
  #told = 0

  constructor(bed: TransferBed, nodes: readonly [TestNode, TestNode]) {
    this.#bed = bed
    this.#nodes = nodes
  }

  async begin(): Promise<void> {
    const offer = offerOf(this.#bytes, { hash: sha256(this.#bytes) })
    this.#id = (await this.#nodes[0].transfer.offerUpload.run({ principal: ALICE, offer })).uploadId
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'pass') return this.#bed.clock.pass(step.ms)
    const node = this.#nodes[step.node]
    if (step.do === 'send') return await this.#send(node, step.length, step.ends)
    if (step.do === 'fail' && step.method === 'put') return node.store.fail('put', step.fault)
    if (step.do === 'fail') return node.ledger.fail(step.method as 'commit', step.fault)
    const of = { principal: ALICE, uploadId: this.#id }
    const { cancelUpload, resumeUpload, inspectUpload } = node.transfer
    const work = {
      cancel: () => cancelUpload.run(of),
      resume: () => resumeUpload.run(of),
      head: () => inspectUpload.settle(of),
      status: () => inspectUpload.status(of),
    }[step.do as 'cancel']
    const answer = await this.#bed.passUntil(work()).catch(refused)
    if (answer) await this.#tell(answer.committed)
    if (answer && step.do === 'cancel' && answer.state === 'cancelled')
      await this.#nothingMore(answer.committed)
  }

  /** Goes on until the upload is complete. */
  async finish(): Promise<void> {
    for (const { ledger, store } of this.#nodes) {
      ledger.heal()
      store.heal()
    }
    const [{ transfer }, other] = this.#nodes
    for (let tries = 0; tries < 5; tries++) {
      const of = { principal: ALICE, uploadId: this.#id }
      const slot = await this.#bed.passUntil(transfer.resumeUpload.run(of))
      await this.#tell(slot.committed)
      if (slot.state === 'complete') break
      await this.#send(other, SIZE, 'end')
    }
    await this.#bed.passUntil(Promise.all(this.#requests), 1_000)
    expect((await this.#bed.upload(other, this.#id)).state).to.equal('complete')
    expect((await this.#bed.bytesOf(other, this.#id)).equals(this.#bytes)).to.equal(true)
  }

  /** A request at the committed offset; one that never ends is left at work. */
  async #send(node: TestNode, length: number, ends: 'end' | 'drop' | 'never'): Promise<void> {
    const { committed: offset } = await this.#bed.upload(node, this.#id)
    const part = this.#bytes.subarray(offset, Math.min(SIZE, offset + length))
    const body = new ScriptedBody().send(part, 700)
    const { receiveUpload, writers } = node.transfer
    let over = false
    const request = receiveUpload
      .run({ principal: ALICE, uploadId: this.#id, offset, body })
      .then((status) => this.#tell(status.committed), refused)
      .finally(() => {
        over = true
      })
    this.#requests.push(request)
    if (ends === 'end') body.end()
    if (ends === 'never')
      return await until(() => over || writers.received(this.#id) === offset + part.length)
    if (ends === 'drop')
      await until(() => over || (body.readableFlowing === true && body.readableLength === 0))
    if (ends === 'drop') body.destroy()
    await this.#bed.passUntil(request)
  }

  /** Whatever offset was told is durable, with the very bytes, and never shrinks. (I1, I2) */
  async #tell(committed: number): Promise<void> {
    this.#told = Math.max(this.#told, committed)
    const durable = await this.#bed.bytesOf(this.#nodes[0], this.#id)
    expect(durable.length).to.be.at.least(this.#told)
    expect(durable.equals(this.#bytes.subarray(0, durable.length))).to.equal(true)
  }

  /** Until a resume. (I4) */
  async #nothingMore(committed: number): Promise<void> {
    this.#bed.clock.pass(16_000)
    await until(() => this.#nodes.every(({ ledger }) => !ledger.isBusy()))
    expect((await this.#bed.upload(this.#nodes[0], this.#id)).committed).to.equal(committed)
  }
}

/** Refusals and injected failures are answers too; a wrong expectation is not. */
function refused(error: Error): undefined {
  if (error.name !== 'Refusal' && !error.message.includes('as the test wants it')) throw error
}
