import { Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { DOMAIN, MessagingBed } from '../../test/messaging/messaging-bed.ts'
import { ScriptedSession } from '../../test/messaging/scripted-session.ts'
import type { Messaging } from './create-messaging.ts'

describe('Accounts', () => {
  let bed: MessagingBed
  let messaging: Messaging

  beforeEach(() => {
    bed = new MessagingBed()
    messaging = bed.join(bed.bus.join('one'))
  })

  const refusedWith = async (work: Promise<unknown>) => {
    const error = await work.catch((reason: unknown) => reason)
    return error instanceof Refusal ? error.code : 'none'
  }

  it('adds a name, or a bare JID of the domain, once, in its prepared form', async () => {
    const added = await messaging.accounts.add({ name: 'Alice', password: 'secret' })
    expect(added).to.deep.equal({ jid: `alice@${DOMAIN}`, outcome: 'created' })
    const again = await messaging.accounts.add({ name: `ALICE@${DOMAIN}`, password: 'other' })
    expect(again).to.deep.equal({ jid: `alice@${DOMAIN}`, outcome: 'taken' })
    expect(await messaging.accounts.list()).to.deep.equal([`alice@${DOMAIN}`])
  })

  for (const name of [
    '',
    'a b',
    'a@elsewhere.org',
    'a/b',
    `a@${DOMAIN}/phone`,
    DOMAIN.repeat(100),
    'a@b@c',
  ]) {
    it(`refuses the name "${name.slice(0, 30)}"`, async () => {
      expect(await refusedWith(messaging.accounts.add({ name, password: 'secret' }))).to.equal('bad-jid')
    })
  }

  for (const [what, password] of [
    ['empty', ''],
    ['too long', 'x'.repeat(1025)],
    ['with a control character', 'a\u0007'],
  ] as const) {
    it(`refuses a password that is ${what}`, async () => {
      expect(await refusedWith(messaging.accounts.add({ name: 'alice', password }))).to.equal('bad-request')
    })
  }

  it('refuses a password that is too long before it is prepared, which would shorten it or take seconds', async () => {
    const password = '\u00AD'.repeat(1024)
    expect(await refusedWith(messaging.accounts.add({ name: 'alice', password: `${password}x` }))).to.equal(
      'bad-request',
    )
  })

  it('keeps keys of 10,000 rounds, with other salts for everybody, and never the password', async () => {
    for (const name of ['alice', 'bob']) await messaging.accounts.add({ name, password: 'the same secret' })
    const [alice, bob] = await Promise.all(
      ['alice', 'bob'].map((name) => bed.accounts.find(`${name}@${DOMAIN}`)),
    )
    expect(alice?.keys.sha256.iterations).to.equal(10_000)
    expect(alice?.keys.sha1.iterations).to.equal(10_000)
    expect(alice?.keys.sha256.storedKey).not.to.deep.equal(bob?.keys.sha256.storedKey)
    expect(Object.keys(alice ?? {})).to.deep.equal(['jid', 'keys'])
    expect(Object.keys(alice?.keys.sha256 ?? {})).to.deep.equal([
      'salt',
      'iterations',
      'storedKey',
      'serverKey',
    ])
  })

  it('changes a password', async () => {
    const jid = `alice@${DOMAIN}`
    const check = (password: string) => messaging.credentials.checkPassword({ name: 'alice', password })
    expect(await messaging.accounts.changePassword({ name: 'alice', password: 'new' })).to.equal(false)
    await messaging.accounts.add({ name: 'alice', password: 'old' })
    expect(await messaging.accounts.changePassword({ name: 'alice', password: 'new' })).to.equal(true)
    expect([await check('old'), await check('new')]).to.deep.equal([undefined, jid])
  })

  it('removes an account with its waiting messages, and ends its sessions on every node', async () => {
    const other = bed.join(bed.bus.join('two'))
    await messaging.accounts.add({ name: 'alice', password: 'secret' })
    const here = ScriptedSession.join(messaging, `alice@${DOMAIN}/here`)
    const there = ScriptedSession.join(other, `alice@${DOMAIN}/there`)
    expect(await messaging.accounts.remove('alice')).to.equal(true)
    await new Promise((resolve) => setImmediate(resolve))
    expect([here.endedBy, there.endedBy]).to.deep.equal(['not-authorized', 'not-authorized'])
    expect(await messaging.accounts.remove('alice')).to.equal(false)
    expect(await messaging.accounts.list()).to.deep.equal([])
    await other.close()
  })

  it('gives a removed name out again only when it is told to, and lets nobody in meanwhile', async () => {
    const add = (password: string, reuseRemoved = false) =>
      messaging.accounts.add({ name: 'alice', password, reuseRemoved })
    const check = (password: string) => messaging.credentials.checkPassword({ name: 'alice', password })
    await add('old')
    await messaging.accounts.remove('alice')
    expect((await add('new')).outcome).to.equal('removed')
    expect([await check('old'), await check('new')]).to.deep.equal([undefined, undefined])
    expect((await add('new', true)).outcome).to.equal('reused')
    expect([await check('old'), await check('new')]).to.deep.equal([undefined, `alice@${DOMAIN}`])
  })

  describe('and their credentials', () => {
    it('prepare a password as SASLprep says, so that other keyboards’ spellings fit', async () => {
      await messaging.accounts.add({ name: 'alice', password: 'I\u00ADX \u2168' })
      const check = (password: string) => messaging.credentials.checkPassword({ name: 'alice', password })
      expect(await check('IX IX')).to.equal(`alice@${DOMAIN}`)
      expect(await check('IX IV')).to.equal(undefined)
    })

    it('give a name that nobody has the same believable salt each time, and no password fits it', async () => {
      const [first, second] = [
        await messaging.credentials.find('nobody'),
        await messaging.credentials.find('NOBODY'),
      ]
      expect(first).to.deep.equal(second)
      expect(first.keys.sha256.salt.length).to.equal(16)
      expect(first.keys.sha256.iterations).to.equal(10_000)
      expect((await messaging.credentials.find('nobody2')).keys.sha256.salt).not.to.deep.equal(
        first.keys.sha256.salt,
      )
      expect(await messaging.credentials.checkPassword({ name: 'nobody', password: '' })).to.equal(undefined)
      expect(await messaging.credentials.checkPassword({ name: 'no body', password: 'x' })).to.equal(
        undefined,
      )
    })
  })
})
