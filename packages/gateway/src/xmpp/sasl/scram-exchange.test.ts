import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { expect } from 'chai'
import { MemoryAccountStore } from '../../../test/messaging/memory-account-store.ts'
import type { AccountStore } from '../../messaging/account-store.ts'
import { Accounts } from '../../messaging/accounts.ts'
import { Credentials } from '../../messaging/credentials.ts'
import { deriveScramKeys, type ScramHash } from '../../messaging/scram-keys.ts'
import { Sessions } from '../../messaging/sessions.ts'
import { ScramExchange } from './scram-exchange.ts'

// The whole conversations of RFC 5802 §5 and RFC 7677 §3: user "user", password "pencil", 4096 rounds.
const RFC = {
  sha1: {
    salt: 'QSXCR+Q6sek8bf92',
    first: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    nonce: '3rfcNHYJY1ZVvWVs7j',
    challenge: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    final: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    success: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  sha256: {
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    first: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    challenge: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    final:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    success: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
} as const

describe('ScramExchange', () => {
  let credentials: Credentials

  before(async () => {
    const store: AccountStore = new MemoryAccountStore()
    const keys = (hash: ScramHash) =>
      deriveScramKeys({
        hash,
        password: 'pencil',
        salt: Buffer.from(RFC[hash].salt, 'base64'),
        iterations: 4096,
      })
    const jid = 'user@example.org'
    await store.create({ jid, keys: { sha1: await keys('sha1'), sha256: await keys('sha256') } })
    const signals = { announceMail: async () => {}, announceNews: async () => {} }
    const contacts = { list: async () => [] }
    const accounts = new Accounts({
      store,
      contacts,
      domain: 'example.org',
      sessions: new Sessions(),
      signals,
    })
    credentials = new Credentials({ store, accounts })
  })

  const begin = (hash: ScramHash, nonce: string = RFC[hash].nonce) =>
    new ScramExchange({ hash, credentials, newNonce: () => nonce })

  for (const hash of ['sha1', 'sha256'] as const) {
    const { challenge, final, first, success } = RFC[hash]

    it(`speaks the conversation of the standard (${hash})`, async () => {
      const exchange = begin(hash)
      expect(await exchange.step(first)).to.deep.equal({ type: 'challenge', data: challenge })
      expect(await exchange.step(final)).to.deep.equal({
        type: 'success',
        jid: 'user@example.org',
        data: success,
      })
    })

    it(`answers a wrong proof with not-authorized (${hash})`, async () => {
      for (const wrong of [final.replace(/p=./, 'p=A'), final.replace(/p=.*/, 'p=AAAA')]) {
        const exchange = begin(hash)
        await exchange.step(first)
        expect(await exchange.step(wrong)).to.deep.equal({ type: 'failure', condition: 'not-authorized' })
      }
    })
  }

  const { first, final, nonce } = RFC.sha1

  it('lets a proof be used with no other nonce', async () => {
    const exchange = begin('sha1', 'another')
    await exchange.step(first)
    expect(await exchange.step(final.replace(nonce, 'another'))).to.include({ condition: 'not-authorized' })
    const replayed = begin('sha1', 'another')
    await replayed.step(first)
    expect(await replayed.step(final)).to.include({ condition: 'not-authorized' })
  })

  it('notices when somebody changed the binding flag on the way', async () => {
    const exchange = begin('sha1')
    await exchange.step(first.replace('n,,', 'y,,'))
    expect(await exchange.step(final)).to.include({ condition: 'not-authorized' })
  })

  it('goes the same way for a name that nobody has, to the same end', async () => {
    const exchange = begin('sha1')
    const step = await exchange.step('n,,n=nobody,r=fyko+d2lbbFgONRv9qkxdawL')
    expect(step)
      .to.have.property('data')
      .that.matches(/^r=fyko\+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=[\w+/]{22}==,i=10000$/)
    expect(await exchange.step(final)).to.deep.equal({ type: 'failure', condition: 'not-authorized' })
  })

  it('refuses to act for somebody else, and takes one’s own bare JID', async () => {
    for (const [authzid, outcome] of [
      ['bob@example.org', 'failure'],
      ['=ZZ', 'failure'],
      ['USER@example.org', 'success'],
    ]) {
      const exchange = begin('sha1')
      const header = `n,a=${authzid},`
      const bound = Buffer.from(header).toString('base64')
      const bare = 'n=user,r=abc'
      await exchange.step(`${header}${bare}`)
      const withoutProof = `c=${bound},r=abc${nonce}`
      const authMessage = `${bare},r=abc${nonce},s=${RFC.sha1.salt},i=4096,${withoutProof}`
      const step = await exchange.step(`${withoutProof},p=${proofOf('pencil', authMessage)}`)
      expect(step.type, authzid).to.equal(outcome)
      if (step.type === 'failure') expect(step.condition).to.equal('invalid-authzid')
    }
  })

  for (const message of [
    '',
    'n,,',
    'n=user,r=abc',
    'p=tls-unique,,n=user,r=abc',
    'n,,m=x,n=user,r=abc',
    'n,,n=us=er,r=abc',
    'n,,n=user,r=',
    'n,,n=,r=abc',
    'x,,n=user,r=abc',
    'n,,n=user',
  ]) {
    it(`takes "${message}" for malformed`, async () => {
      expect(await begin('sha1').step(message)).to.deep.equal({
        type: 'failure',
        condition: 'malformed-request',
      })
    })
  }

  for (const message of [
    '',
    'c=biws',
    final.replace(',p=', ',q='),
    final.replace('c=', 'd='),
    final.replace(/p=.*/, 'p=*'),
  ]) {
    it(`takes "${message}" for a malformed end`, async () => {
      const exchange = begin('sha1')
      await exchange.step(first)
      expect(await exchange.step(message)).to.deep.equal({ type: 'failure', condition: 'malformed-request' })
    })
  }
})

function proofOf(password: string, authMessage: string): string {
  const salted = pbkdf2Sync(password, Buffer.from(RFC.sha1.salt, 'base64'), 4096, 20, 'sha1')
  const clientKey = createHmac('sha1', salted).update('Client Key').digest()
  const storedKey = createHash('sha1').update(clientKey).digest()
  const signature = createHmac('sha1', storedKey).update(authMessage).digest()
  return Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))).toString('base64')
}
