import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { type Contact, type ContactPair, stranger } from './contact.ts'
import type { ContactStore } from './contact-store.ts'

export interface ContactStoreFixture {
  /** Holds 5 contacts of one account. */
  readonly store: ContactStore
  addAccount(jid: string): Promise<void>
  removeAccount(jid: string): Promise<void>
  tearDown(): Promise<void>
}

/** Every duty of {@link ContactStore}; an adapter's test is one call of this. */
export function describeContactStore(
  name: string,
  setUp: (context: Mocha.Context) => Promise<ContactStoreFixture>,
) {
  describe(`${name} as a contact store`, () => {
    let fixture: ContactStoreFixture
    let store: ContactStore
    let alice: string
    let bob: string

    before(async function () {
      fixture = await setUp(this)
      store = fixture.store
    })

    beforeEach(async () => {
      ;[alice, bob] = [`a-${randomUUID()}@example.org`, `b-${randomUUID()}@example.org`]
      for (const jid of [alice, bob]) await fixture.addAccount(jid)
    })

    after(() => fixture?.tearDown())

    const befriended = ({ own, other }: ContactPair): ContactPair => ({
      own: { ...own, listed: true, to: true },
      other: other && { ...other, listed: true, from: true },
    })
    const added = ({ own, other }: ContactPair): ContactPair => ({ own: { ...own, listed: true }, other })

    it('begins with two strangers, and keeps what a change makes of both', async () => {
      const contact: Contact = {
        jid: bob,
        name: 'Bob \u{1F600}',
        groups: ['Friends', 'a "b"'],
        listed: true,
        to: false,
        from: true,
        asked: true,
      }
      const asking = `<presence from="${alice}"/>`
      const outcome = await store.change({
        account: alice,
        jid: bob,
        change: (pair) => {
          expect(pair).to.deep.equal({ own: stranger(bob), other: stranger(alice) })
          return { own: contact, other: { ...stranger(alice), asking } }
        },
      })
      expect(outcome).to.equal('changed')
      expect(await store.list(alice)).to.deep.equal([contact])
      expect(await store.find(alice, bob)).to.deep.equal(contact)
      expect(await store.find(bob, alice)).to.deep.equal({ ...stranger(alice), asking })
      expect(await store.find(alice, alice)).to.equal(undefined)
    })

    it('has no other end for who has no account', async () => {
      const jid = 'carol@elsewhere.org'
      await store.change({
        account: alice,
        jid,
        change: (pair) => {
          expect(pair.other).to.equal(undefined)
          return added(pair)
        },
      })
      expect(await store.find(alice, jid)).to.deep.equal({ ...stranger(jid), listed: true })
    })

    it('changes nothing for who has no account, and nothing when the change throws', async () => {
      const nobody = `${randomUUID()}@example.org`
      expect(await store.change({ account: nobody, jid: bob, change: added })).to.equal('unknown-account')
      const refused = store.change({
        account: alice,
        jid: bob,
        change: () => {
          throw new RangeError('no')
        },
      })
      expect(await refused.catch((error: unknown) => error)).to.be.instanceOf(RangeError)
      expect(await store.list(alice)).to.deep.equal([])
    })

    it('forgets a relation that says nothing any more', async () => {
      await store.change({ account: alice, jid: bob, change: befriended })
      await store.change({
        account: alice,
        jid: bob,
        change: () => ({ own: stranger(bob), other: stranger(alice) }),
      })
      expect([await store.list(alice), await store.list(bob)]).to.deep.equal([[], []])
    })

    it('lists contacts in order, and the accounts that see one', async () => {
      const others = ['c', 'B', 'é', 'a'].map((letter) => `${letter}-${randomUUID()}@example.org`)
      for (const jid of others) await fixture.addAccount(jid)
      for (const jid of others.slice(1)) await store.change({ account: jid, jid: alice, change: befriended })
      await store.change({ account: others[0] ?? '', jid: alice, change: added })
      const listed = (await store.list(alice)).map(({ jid }) => jid)
      expect(listed).to.deep.equal(others.slice(1).toSorted())
      expect(await store.watchers(alice)).to.deep.equal(listed)
      expect(await store.watchers(bob)).to.deep.equal([])
    })

    it('answers full, and changes neither end, when one has no room', async () => {
      for (let count = 0; count < 5; count++)
        await store.change({ account: bob, jid: `${count}@elsewhere.org`, change: added })
      expect(await store.change({ account: bob, jid: 'more@elsewhere.org', change: added })).to.equal('full')
      expect(await store.change({ account: alice, jid: bob, change: befriended })).to.equal('full')
      expect(await store.list(alice)).to.deep.equal([])
      expect(await store.list(bob)).to.have.length(5)
      expect(await store.change({ account: bob, jid: '0@elsewhere.org', change: added })).to.equal('changed')
    })

    it('lets changes of one relation from both ends follow one another', async () => {
      const count = ({ own, other }: ContactPair): ContactPair => ({
        own: { ...own, listed: true, name: `${Number(own.name ?? 0) + 1}` },
        other: other && { ...other, listed: true, name: `${Number(other.name ?? 0) + 1}` },
      })
      await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          index % 2
            ? store.change({ account: alice, jid: bob, change: count })
            : store.change({ account: bob, jid: alice, change: count }),
        ),
      )
      expect((await store.find(alice, bob))?.name).to.equal('10')
      expect((await store.find(bob, alice))?.name).to.equal('10')
    })

    it('leaves nobody related to an account that is removed, but keeps it on the lists of others', async () => {
      await store.change({ account: alice, jid: bob, change: befriended })
      const carol = `c-${randomUUID()}@example.org`
      await fixture.addAccount(carol)
      await store.change({
        account: bob,
        jid: carol,
        change: (pair) => ({
          own: { ...pair.own, listed: true, asked: true },
          other: pair.other && { ...pair.other, asking: '<presence/>' },
        }),
      })
      await fixture.removeAccount(bob)
      await fixture.addAccount(bob)
      expect(await store.list(bob)).to.deep.equal([])
      expect(await store.list(alice)).to.deep.equal([{ ...stranger(bob), listed: true }])
      expect(await store.list(carol)).to.deep.equal([])
    })

    it('lets go of accounts that know each other at the same time', async () => {
      const friends = Array.from({ length: 8 }, (_, index) => `${index}-${randomUUID()}@example.org`)
      for (const jid of friends) await fixture.addAccount(jid)
      for (const [index, jid] of friends.entries())
        for (const other of friends.slice(index + 1, index + 3))
          await store.change({ account: jid, jid: other, change: befriended })
      await Promise.all(friends.map((jid) => fixture.removeAccount(jid)))
      expect((await Promise.all(friends.map((jid) => store.list(jid)))).flat()).to.deep.equal([])
    })
  })
}
