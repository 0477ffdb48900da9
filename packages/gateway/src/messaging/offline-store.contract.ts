import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { OfflineStore } from './offline-store.ts'

export interface OfflineStoreFixture {
  /** Holds 5 messages of one account. */
  readonly store: OfflineStore
  addAccount(jid: string): Promise<void>
  removeAccount(jid: string): Promise<void>
  tearDown(): Promise<void>
}

/** Every duty of {@link OfflineStore}; an adapter's test is one call of this. */
export function describeOfflineStore(
  name: string,
  setUp: (context: Mocha.Context) => Promise<OfflineStoreFixture>,
) {
  describe(`${name} as an offline store`, () => {
    let fixture: OfflineStoreFixture
    let store: OfflineStore
    let bob: string

    before(async function () {
      fixture = await setUp(this)
      store = fixture.store
    })

    beforeEach(async () => {
      bob = `${randomUUID()}@example.org`
      await fixture.addAccount(bob)
    })

    after(() => fixture?.tearDown())

    const frames = async (limit = 100) =>
      (await store.list(bob, { limit, except: [] })).map(({ frame }) => frame)

    it('gives messages back in the order in which they came', async () => {
      for (const frame of ['<a/>', '<b>\u{1F600} &amp;</b>', '<c/>']) {
        expect(await store.put({ to: bob, frame })).to.equal('stored')
      }
      expect(await frames()).to.deep.equal(['<a/>', '<b>\u{1F600} &amp;</b>', '<c/>'])
      expect(await frames(2)).to.deep.equal(['<a/>', '<b>\u{1F600} &amp;</b>'])
    })

    it('keeps which device a message is for', async () => {
      await store.put({ to: bob, frame: '<a/>', resource: 'phone \u{1F4F1}' })
      await store.put({ to: bob, frame: '<b/>' })
      const listed = await store.list(bob, { limit: 10, except: [] })
      expect(listed.map(({ resource }) => resource)).to.deep.equal(['phone \u{1F4F1}', undefined])
    })

    it('leaves out the ids that the caller has', async () => {
      for (const frame of ['<a/>', '<b/>', '<c/>']) await store.put({ to: bob, frame })
      const listed = await store.list(bob, { limit: 10, except: [] })
      const except = listed.filter(({ frame }) => frame !== '<b/>').map(({ id }) => id)
      expect(await store.list(bob, { limit: 10, except })).to.deep.equal(
        listed.filter(({ id }) => !except.includes(id)),
      )
    })

    it('removes what it is told, once or twice, and nothing of another account', async () => {
      for (const frame of ['<a/>', '<b/>']) await store.put({ to: bob, frame })
      const [first] = await store.list(bob, { limit: 1, except: [] })
      const ids = [first?.id ?? 0]
      await store.remove('alice@example.org', ids)
      expect(await frames()).to.deep.equal(['<a/>', '<b/>'])
      await store.remove(bob, ids)
      await store.remove(bob, ids)
      expect(await frames()).to.deep.equal(['<b/>'])
    })

    it('answers full, and keeps what it has, when the mailbox holds its limit', async () => {
      for (let count = 0; count < 5; count++)
        expect(await store.put({ to: bob, frame: '<a/>' })).to.equal('stored')
      expect(await store.put({ to: bob, frame: '<b/>' })).to.equal('full')
      expect(await frames()).to.deep.equal(Array.from({ length: 5 }, () => '<a/>'))
    })

    it('keeps nothing for an account that is not there', async () => {
      expect(await store.put({ to: `${randomUUID()}@example.org`, frame: '<a/>' })).to.equal(
        'unknown-account',
      )
    })

    it('forgets the messages of an account that is removed', async () => {
      await store.put({ to: bob, frame: '<a/>' })
      await fixture.removeAccount(bob)
      expect(await store.put({ to: bob, frame: '<b/>' })).to.equal('unknown-account')
      await fixture.addAccount(bob)
      expect(await frames()).to.deep.equal([])
    })

    it('leaves nothing to the next holder of the name of what comes during a removal', async () => {
      for (let round = 0; round < 20; round++) {
        const putting = Array.from({ length: 4 }, () => store.put({ to: bob, frame: '<a/>' }))
        await Promise.all([...putting, fixture.removeAccount(bob)])
        await fixture.addAccount(bob)
        expect(await frames()).to.deep.equal([])
      }
    })
  })
}
