import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { PresenceStore } from './presence-store.ts'

export interface PresenceStoreFixture {
  readonly store: PresenceStore
  /** Has a node of this name, alive. */
  beat(node: string): Promise<void>
  /** Lets it be gone. */
  kill(node: string): Promise<void>
  tearDown(): Promise<void>
}

/** Every duty of {@link PresenceStore}; an adapter's test is one call of this. */
export function describePresenceStore(
  name: string,
  setUp: (context: Mocha.Context) => Promise<PresenceStoreFixture>,
) {
  describe(`${name} as a presence store`, () => {
    let fixture: PresenceStoreFixture
    let store: PresenceStore
    let bare: string
    let node: string

    before(async function () {
      fixture = await setUp(this)
      store = fixture.store
    })

    beforeEach(async () => {
      bare = `${randomUUID()}@example.org`
      node = randomUUID()
      await fixture.beat(node)
    })

    after(() => fixture?.tearDown())

    const put = (resource: string, frame = `<presence>${resource}</presence>`, on = node) =>
      store.put({ full: `${bare}/${resource}`, bare, frame, node: on })

    it('keeps the last presence of each device', async () => {
      for (const resource of ['tablet', 'phone \u{1F4F1}']) await put(resource)
      await put('tablet', '<presence>away</presence>')
      const tablet = { full: `${bare}/tablet`, frame: '<presence>away</presence>' }
      const phone = { full: `${bare}/phone \u{1F4F1}`, frame: '<presence>phone \u{1F4F1}</presence>' }
      expect(await store.find(tablet.full)).to.deep.equal(tablet)
      expect(await store.of(['nobody@example.org', bare])).to.deep.equal([phone, tablet])
      expect(await store.find(bare)).to.equal(undefined)
    })

    it('forgets a device, once or twice, but not when it has come to another node', async () => {
      await put('phone')
      const full = `${bare}/phone`
      await put('phone', '<presence/>', 'another node')
      await store.remove({ full, node })
      expect(await store.of([bare])).to.have.length(1)
      await store.remove({ full, node: 'another node' })
      await store.remove({ full, node: 'another node' })
      expect(await store.of([bare])).to.deep.equal([])
    })

    it('gives out what a node that is gone has left, once', async () => {
      await put('phone')
      const gone = randomUUID()
      await fixture.beat(gone)
      await put('tablet', '<presence/>', gone)
      expect(await store.takeAbandoned(node)).not.to.include(`${bare}/tablet`)
      await fixture.kill(gone)
      const taken = await Promise.all([store.takeAbandoned(node), store.takeAbandoned(node)])
      expect(taken.flat().filter((full) => full.startsWith(bare))).to.deep.equal([`${bare}/tablet`])
      expect((await store.of([bare])).map(({ full }) => full)).to.deep.equal([`${bare}/phone`])
    })

    it('takes nothing from a node that asks after a long silence', async () => {
      await put('phone')
      await fixture.kill(node)
      expect(await store.takeAbandoned(node)).not.to.include(`${bare}/phone`)
      expect(await store.find(`${bare}/phone`)).not.to.equal(undefined)
    })
  })
}
