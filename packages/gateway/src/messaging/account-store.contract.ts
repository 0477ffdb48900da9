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
      expect(await store.create(account)).to.equal(true)
      expect(plain(await store.find(account.jid))).to.deep.equal(plain(account))
    })

    it('knows no account that nobody created', async () => {
      expect(await store.find(newAccount().jid)).to.equal(undefined)
    })

    it('lets one of two creations that race win', async () => {
      const first = newAccount()
      const second = newAccount(first.jid)
      const created = await Promise.all([store.create(first), store.create(second)])
      expect(created.toSorted()).to.deep.equal([false, true])
      expect(plain(await store.find(first.jid))).to.deep.equal(plain(created[0] ? first : second))
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
