import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { ArchiveFilter, ArchiveStore } from './archive-store.ts'
import type { ContactStore } from './contact-store.ts'

export interface ArchiveStoreFixture {
  /** Holds 20 messages of one account, and 100,000 bytes. */
  readonly store: ArchiveStore
  readonly contacts: ContactStore
  addAccount(jid: string): Promise<void>
  removeAccount(jid: string): Promise<void>
  tearDown(): Promise<void>
}

/** Every duty of {@link ArchiveStore}; an adapter's test is one call of this. */
export function describeArchiveStore(
  name: string,
  setUp: (context: Mocha.Context) => Promise<ArchiveStoreFixture>,
) {
  describe(`${name} as an archive`, () => {
    let fixture: ArchiveStoreFixture
    let store: ArchiveStore
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

    const at = new Date('2026-03-08T12:00:00.123Z')
    const put = (frame: string, { peer = `${bob}/phone`, date = at } = {}) =>
      store.put({ frame, at: date, copies: [{ account: alice, peer }] })
    const putAll = async (count: number) => {
      const ids: string[] = []
      for (let index = 0; index < count; index++) ids.push((await put(`<m>${index}</m>`))?.get(alice) ?? '')
      return ids
    }
    const page = (over: Partial<Parameters<ArchiveStore['page']>[0]> = {}) =>
      store.page({ account: alice, filter: {}, from: {}, max: 100, maxCharacters: 1_000_000, ...over })
    const texts = async (over?: Parameters<typeof page>[0]) =>
      (await page(over))?.messages.map(({ frame }) => frame.replaceAll(/<.*?>/g, ''))
    const count = async () => (await page())?.messages.length

    it('keeps a copy for each account, and gives it back as it was', async () => {
      const frame = '<message><body>\u{1F600} &amp; é</body></message>'
      const ids = await store.put({
        frame,
        at,
        copies: [
          { account: bob, peer: `${alice}/a / b` },
          { account: alice, peer: bob },
        ],
      })
      expect([...(ids ?? [])].map(([account]) => account).toSorted()).to.deep.equal([alice, bob])
      for (const [account, id] of ids ?? []) {
        expect(await store.find(account, id)).to.deep.equal({ id, frame, at })
        expect(await page({ account })).to.deep.equal({ messages: [{ id, frame, at }], complete: true })
      }
    })

    it('keeps none when an account is not there', async () => {
      const nobody = `${randomUUID()}@example.org`
      const copies = [alice, nobody].map((account) => ({ account, peer: bob }))
      expect(await store.put({ frame: '<m/>', at, copies })).to.equal(undefined)
      expect(await count()).to.equal(0)
    })

    it('gives each message a place of its own behind the one before, also when they come at once', async () => {
      const ids = await Promise.all(Array.from({ length: 12 }, (_, index) => put(`<m>${index}</m>`)))
      const places = ids.map((copies) => Number(copies?.get(alice)))
      expect(new Set(places).size).to.equal(12)
      const listed = (await page())?.messages.map(({ id }) => Number(id))
      expect(listed).to.deep.equal(places.toSorted((one, other) => one - other))
    })

    it('lets nobody who reads on behind the last id miss one that is put meanwhile', async () => {
      const seen: string[] = []
      let after: string | undefined
      const read = async () => {
        for (const { id } of (await page({ from: { after } }))?.messages ?? []) {
          seen.push(id)
          after = id
        }
      }
      const all = Promise.all(Array.from({ length: 15 }, (_, index) => put(`<m>${index}</m>`)))
      while (seen.length < 15) await read()
      await all
      expect(seen).to.deep.equal(seen.toSorted((one, other) => Number(one) - Number(other)))
    })

    it('pages forward from an id', async () => {
      const ids = await putAll(7)
      expect(await texts({ max: 3 })).to.deep.equal(['0', '1', '2'])
      expect((await page({ max: 3 }))?.complete).to.equal(false)
      expect(await texts({ max: 3, from: { after: ids[2] } })).to.deep.equal(['3', '4', '5'])
      expect((await page({ max: 4, from: { after: ids[2] } }))?.complete).to.equal(true)
      expect(await page({ from: { after: ids[6] } })).to.deep.equal({ messages: [], complete: true })
    })

    it('pages backward from the end and from an id, each page the oldest first', async () => {
      const ids = await putAll(7)
      expect(await texts({ max: 3, from: { before: '' } })).to.deep.equal(['4', '5', '6'])
      expect(await texts({ max: 3, from: { before: ids[4] ?? '' } })).to.deep.equal(['1', '2', '3'])
      expect((await page({ max: 3, from: { before: ids[4] ?? '' } }))?.complete).to.equal(false)
      expect((await page({ max: 3, from: { before: ids[3] ?? '' } }))?.complete).to.equal(true)
    })

    it('knows no id that it never gave', async () => {
      const [id] = await putAll(1)
      for (const never of [String(Number(id) + 1), '0', 'x', '1e3', '-1', '9'.repeat(40)]) {
        expect(await page({ from: { after: never } }), never).to.equal(undefined)
        expect(await page({ from: { before: never } }), never).to.equal(undefined)
      }
    })

    it('gives fewer when they are long, but always one', async () => {
      await putAll(5)
      expect(await texts({ maxCharacters: 16 })).to.deep.equal(['0', '1'])
      expect(await texts({ maxCharacters: 16, from: { before: '' } })).to.deep.equal(['3', '4'])
      expect(await texts({ maxCharacters: 1 })).to.deep.equal(['0'])
      expect((await page({ maxCharacters: 1 }))?.complete).to.equal(false)
    })

    it('leaves only what the filter asks for', async () => {
      const day = (number: number) => new Date(Date.UTC(2026, 2, number))
      for (const [index, peer] of [`${bob}/phone`, bob, `${bob}/tablet`, 'carol@example.org/x'].entries())
        await put(`<m>${index}</m>`, { peer, date: day(index + 1) })
      const filters: [filter: ArchiveFilter, left: string[]][] = [
        [{ with: bob }, ['0', '1', '2']],
        [{ with: `${bob}/phone` }, ['0']],
        [{ with: 'nobody@example.org' }, []],
        [{ start: day(2) }, ['1', '2', '3']],
        [{ end: day(2) }, ['0', '1']],
        [{ start: day(2), end: day(3) }, ['1', '2']],
        [{ with: bob, start: day(3) }, ['2']],
      ]
      for (const [filter, left] of filters)
        expect(await texts({ filter }), JSON.stringify(filter)).to.deep.equal(left)
      expect(await page({ filter: { with: bob }, max: 3 })).to.have.property('complete', true)
    })

    it('lets the oldest go when there are too many, and goes on counting', async () => {
      const ids = await putAll(30)
      const left = await texts()
      expect(left?.length).to.be.within(15, 20)
      expect(left?.at(-1)).to.equal('29')
      expect(await texts({ from: { after: ids[3] } })).to.deep.equal(left)
      expect(await store.find(alice, ids[0] ?? '')).to.equal(undefined)
    })

    it('lets the oldest go when they hold too many bytes', async () => {
      for (let index = 0; index < 6; index++) await put(`<m>${index}${'é'.repeat(15_000)}</m>`)
      expect((await texts())?.map((text) => text.charAt(0))).to.deep.equal(['3', '4', '5'])
      const other = await store.put({ frame: '<m/>', at, copies: [{ account: bob, peer: alice }] })
      expect(other?.size).to.equal(1)
    })

    it('takes a copy back', async () => {
      const ids = await put('<m>0</m>')
      await put('<m>1</m>')
      for (let twice = 0; twice < 2; twice++) await store.forget(ids ?? new Map())
      expect(await texts()).to.deep.equal(['1'])
      await putAll(19)
      expect(await count()).to.equal(20)
    })

    it('keeps by the rule of each account', async () => {
      expect(await store.rule(alice)).to.equal('always')
      await store.setRule(alice, 'never')
      expect(await store.rule(alice)).to.equal('never')
      const copies = [alice, bob].map((account) => ({ account, peer: 'carol@example.org/x' }))
      expect([...((await store.put({ frame: '<m/>', at, copies })) ?? [])].map(([jid]) => jid)).to.deep.equal(
        [bob],
      )
      await store.setRule(alice, 'roster')
      expect(await put('<m>0</m>')).to.deep.equal(new Map())
      await fixture.contacts.change({
        account: alice,
        jid: bob,
        change: ({ own, other }) => ({ own: { ...own, listed: true }, other }),
      })
      expect((await put('<m>1</m>'))?.size).to.equal(1)
      await store.setRule(alice, 'always')
      await put('<m>2</m>', { peer: 'carol@example.org' })
      expect(await texts()).to.deep.equal(['1', '2'])
    })

    it('has a rule only for who is there', async () => {
      const nobody = `${randomUUID()}@example.org`
      await store.setRule(nobody, 'never')
      expect(await store.rule(nobody)).to.equal('always')
    })

    it('lets go what is older than it is told', async () => {
      for (const [index, year] of [1990, 2001, 1991].entries())
        await put(`<m>${index}</m>`, { date: new Date(Date.UTC(year, 0, 1)) })
      expect(await store.expire(new Date(Date.UTC(1995, 0, 1)))).to.equal(2)
      expect(await store.expire(new Date(Date.UTC(1995, 0, 1)))).to.equal(0)
      expect(await texts()).to.deep.equal(['1'])
      await putAll(19)
      expect(await count()).to.equal(20)
    })

    it('leaves nothing of a removed account to the next holder of its name, and others their copies', async () => {
      const copies = [
        { account: alice, peer: bob },
        { account: bob, peer: alice },
      ]
      await store.put({ frame: '<m>0</m>', at, copies })
      await store.setRule(alice, 'never')
      await fixture.removeAccount(alice)
      expect(await store.put({ frame: '<m>1</m>', at, copies })).to.equal(undefined)
      await fixture.addAccount(alice)
      expect(await count()).to.equal(0)
      expect(await store.rule(alice)).to.equal('always')
      expect(await texts({ account: bob })).to.deep.equal(['0'])
    })

    it('leaves nothing of what comes during a removal', async () => {
      for (let round = 0; round < 10; round++) {
        await Promise.all([put('<m/>'), put('<m/>'), fixture.removeAccount(alice)])
        await fixture.addAccount(alice)
        expect(await count()).to.equal(0)
      }
    })
  })
}
