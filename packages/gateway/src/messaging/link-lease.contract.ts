import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { LinkLease } from './link-lease.ts'

export interface LinkLeaseFixture {
  readonly lease: LinkLease
  tearDown(): Promise<void>
}

const LONG_MS = 60_000
const SHORT_MS = 50

/** Every duty of {@link LinkLease}; an adapter's test is one call of this. */
export function describeLinkLease(
  name: string,
  setUp: (context: Mocha.Context) => Promise<LinkLeaseFixture>,
) {
  describe(`${name} as a link lease`, () => {
    let fixture: LinkLeaseFixture
    let lease: LinkLease
    let link: string

    before(async function () {
      fixture = await setUp(this)
      lease = fixture.lease
    })

    beforeEach(() => {
      link = `media.${randomUUID()}.example.org`
    })

    after(() => fixture?.tearDown())

    const hold = (node: string, forMs = LONG_MS) => lease.hold({ link, node, forMs })

    it('belongs to nobody before somebody takes it', async () => {
      expect(await lease.holder(link)).to.equal(undefined)
    })

    it('belongs to the first who takes it, and to no other while it lasts', async () => {
      expect(await hold('a')).to.equal(true)
      expect(await hold('b')).to.equal(false)
      expect(await lease.holder(link)).to.equal('a')
    })

    it('is renewed by its holder', async () => {
      await hold('a', SHORT_MS)
      expect(await hold('a', LONG_MS)).to.equal(true)
      await sleep(2 * SHORT_MS)
      expect(await hold('b')).to.equal(false)
    })

    it('goes to another when its time is over, and is lost to the first', async () => {
      await hold('a', SHORT_MS)
      await takenOver('b')
      expect(await lease.holder(link)).to.equal('b')
      expect(await hold('a')).to.equal(false)
    })

    it('belongs to nobody when its time is over', async () => {
      await hold('a', 1)
      await sleep(SHORT_MS)
      expect(await lease.holder(link)).to.equal(undefined)
    })

    it('goes to one of many who race for it', async () => {
      const nodes = Array.from({ length: 8 }, (_, n) => `node-${n}`)
      const taken = await Promise.all(nodes.map((node) => hold(node)))
      expect(taken.filter(Boolean)).to.have.length(1)
      expect(await lease.holder(link)).to.equal(nodes[taken.indexOf(true)])
    })

    it('is free at once when its holder releases it', async () => {
      await hold('a')
      await lease.release({ link, node: 'a' })
      await lease.release({ link, node: 'a' })
      expect(await lease.holder(link)).to.equal(undefined)
      expect(await hold('b')).to.equal(true)
    })

    it('stays with its holder when another releases it', async () => {
      await hold('a')
      await lease.release({ link, node: 'b' })
      expect(await lease.holder(link)).to.equal('a')
    })

    it('is another one for each link', async () => {
      await hold('a')
      expect(await lease.hold({ link: `other.${link}`, node: 'b', forMs: LONG_MS })).to.equal(true)
      await lease.release({ link: `other.${link}`, node: 'b' })
      expect(await lease.holder(link)).to.equal('a')
    })

    /** The database's time is not ours to move: it is asked until it has passed. */
    async function takenOver(node: string): Promise<void> {
      while (!(await hold(node))) await sleep(5)
    }
  })
}
