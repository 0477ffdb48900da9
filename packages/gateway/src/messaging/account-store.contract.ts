import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { Account, AccountStore } from './account-store.ts'

export interface AccountStoreFixture {
  readonly store: AccountStore
  tearDown(): Promise<void>
}

/** Every duty of {@link AccountStore}; an adapter's test is one call of this. */
export function describeAccountStore(
  name: string,
  setUp: (context: Mocha.Context) => Promise<AccountStoreFixture>,
) {
  describe(`${name} as an account store`, () => {
    let fixture: AccountStoreFixture
    let store: AccountStore

    before(async function () {
      fixture = await setUp(this)
      store = fixture.store
    })

    after(() => fixture?.tearDown())

    it('gives back what was created, byte for byte', async () => {
      const account = newAccount()
      expect(await store.create(account)).to.equal('created')
      expect(plain(await store.find(account.jid))).to.deep.equal(plain(account))
    })

    it('knows no account that nobody created', async () => {
      expect(await store.find(newAccount().jid)).to.equal(undefined)
    })

    it('lets one of two creations that race win', async () => {
      const first = newAccount()
      const second = newAccount(first.jid)
      const created = await Promise.all([store.create(first), store.create(second)])
      expect(created.toSorted()).to.deep.equal(['created', 'taken'])
      expect(plain(await store.find(first.jid))).to.deep.equal(
        plain(created[0] === 'created' ? first : second),
      )
    })

    it('replaces the keys of an account, and of no other', async () => {
      const account = newAccount()
      const other = newAccount()
      await store.create(account)
      await store.create(other)
      const changed = newAccount(account.jid)
      expect(await store.replaceKeys(changed)).to.equal(true)
      expect(plain(await store.find(account.jid))).to.deep.equal(plain(changed))
      expect(plain(await store.find(other.jid))).to.deep.equal(plain(other))
      expect(await store.replaceKeys(newAccount())).to.equal(false)
    })

    it('removes an account once', async () => {
      const account = newAccount()
      await store.create(account)
      expect(await store.remove(account.jid)).to.equal(true)
      expect(await store.remove(account.jid)).to.equal(false)
      expect(await store.find(account.jid)).to.equal(undefined)
      expect(await store.replaceKeys(account)).to.equal(false)
      expect(await store.list()).not.to.include(account.jid)
    })

    it('gives the name of a removed account out again only when it is told to', async () => {
      const former = newAccount()
      await store.create(former)
      await store.remove(former.jid)
      const next = newAccount(former.jid)
      expect(await store.create(next)).to.equal('removed')
      expect(await store.find(former.jid)).to.equal(undefined)
      expect(await store.create(next, { reuseRemoved: true })).to.equal('reused')
      expect(plain(await store.find(former.jid))).to.deep.equal(plain(next))
      expect(await store.list()).to.include(former.jid)
      expect(await store.create(former, { reuseRemoved: true })).to.equal('taken')
      expect(plain(await store.find(former.jid))).to.deep.equal(plain(next))
      expect(await store.remove(former.jid)).to.equal(true)
    })

    it('lets one of two that race for a removed name win', async () => {
      const former = newAccount()
      await store.create(former)
      await store.remove(former.jid)
      const [first, second] = [newAccount(former.jid), newAccount(former.jid)]
      const made = await Promise.all(
        [first, second].map((account) => store.create(account, { reuseRemoved: true })),
      )
      expect(made.toSorted()).to.deep.equal(['reused', 'taken'])
      expect(plain(await store.find(former.jid))).to.deep.equal(plain(made[0] === 'reused' ? first : second))
    })

    it('lists the accounts in order', async () => {
      const jids = [newAccount(), newAccount(), newAccount()].map(({ jid }) => jid)
      for (const jid of jids) await store.create(newAccount(jid))
      const listed = await store.list()
      expect(listed).to.include.members(jids)
      expect(listed).to.deep.equal(listed.toSorted())
    })

    it('keeps one secret', async () => {
      const secret = await store.secret()
      expect(secret.length).to.be.at.least(16)
      expect(Buffer.from(await store.secret()).equals(secret)).to.equal(true)
    })
  })
}

export function newAccount(jid = `${randomUUID()}@example.org`): Account {
  const keys = (length: number) => ({
    salt: randomBytes(16),
    iterations: 4096 + length,
    storedKey: randomBytes(length),
    serverKey: randomBytes(length),
  })
  return { jid, keys: { sha1: keys(20), sha256: keys(32) } }
}

// Drivers give Buffers or bare Uint8Arrays: chai tells them apart.
function plain(account: Account | undefined): unknown {
  return JSON.parse(JSON.stringify(account, (_, value) => bytesAsHex(value)))
}

function bytesAsHex(value: unknown): unknown {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown }
  if (type === 'Buffer' && Array.isArray(data)) return Buffer.from(data).toString('hex')
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
}
