import { expect } from 'chai'
import { DOMAIN, MessagingBed } from '../../../test/messaging/messaging-bed.ts'
import { mint, SHARED_SECRET_RULES } from '../../../test/messaging/token-issuer.ts'
import { OAuthBearerExchange } from './oauth-bearer-exchange.ts'

const REFUSED = { type: 'challenge', data: '{"status":"invalid_token"}' }
const failed = (condition: string) => ({ type: 'failure', condition })

describe('OAuthBearerExchange', () => {
  let bed: MessagingBed
  let logInByToken: ConstructorParameters<typeof OAuthBearerExchange>[0]['logInByToken']
  let accounts: ReturnType<MessagingBed['join']>['accounts']

  beforeEach(() => {
    bed = new MessagingBed({ loginTokens: SHARED_SECRET_RULES })
    const messaging = bed.join()
    if (!messaging.logInByToken) throw new Error('not configured')
    logInByToken = messaging.logInByToken
    accounts = messaging.accounts
  })

  const begin = () => new OAuthBearerExchange({ logInByToken })
  const minted = (claims = {}) => mint(claims, { now: bed.clock.now() })

  it('logs in whom the token names, until it expires and 3 s more, and makes the account', async () => {
    const exp = Math.floor(bed.clock.now().getTime() / 1000) + 60
    const jid = `alice@${DOMAIN}`
    const success = { type: 'success', jid, endsAt: new Date((exp + 3) * 1000) }
    expect(await begin().step(`n,,\x01auth=Bearer ${await minted()}\x01\x01`)).to.deep.equal(success)
    expect(await accounts.list()).to.deep.equal([jid])
    // RFC 7628 §4.1 has all of these; a second login finds the account there.
    const message = `n,a=${jid},\x01host=${DOMAIN}\x01port=443\x01auth=bearer ${await minted({ sub: jid })}\x01\x01`
    expect(await begin().step(message)).to.deep.equal(success)
    expect(await accounts.list()).to.deep.equal([jid])
  })

  it('says why, waits for the dummy answer, and then fails', async () => {
    const token = {
      invalid: await minted({ aud: 'another.example' }),
      expired: await minted({ exp: 1 }),
      foreign: await minted({ sub: 'alice@another.example' }),
      noName: await minted({ sub: 'a b' }),
    }
    for (const [auth, condition] of [
      [`Bearer ${token.invalid}`, 'not-authorized'],
      [`Bearer ${token.expired}`, 'credentials-expired'],
      [`Bearer ${token.foreign}`, 'not-authorized'],
      [`Bearer ${token.noName}`, 'not-authorized'],
      ['Bearer ', 'not-authorized'],
      ['', 'not-authorized'],
      ['Basic YWxpY2U6c2VjcmV0', 'not-authorized'],
    ] as const) {
      const exchange = begin()
      expect(await exchange.step(`n,,\x01auth=${auth}\x01\x01`), auth).to.deep.equal(REFUSED)
      expect(await exchange.step('\x01'), auth).to.deep.equal(failed(condition))
    }
    expect(await accounts.list()).to.deep.equal([])
  })

  it('does not bring back an account that was removed', async () => {
    const message = `n,,\x01auth=Bearer ${await minted()}\x01\x01`
    await begin().step(message)
    await accounts.remove('alice')
    const exchange = begin()
    expect(await exchange.step(message)).to.deep.equal(REFUSED)
    expect(await exchange.step('\x01')).to.deep.equal(failed('account-disabled'))
  })

  it('lets nobody act for somebody else', async () => {
    const message = `n,a=bob@${DOMAIN},\x01auth=Bearer ${await minted()}\x01\x01`
    expect(await begin().step(message)).to.deep.equal(failed('invalid-authzid'))
  })

  it('makes an account that no password opens', async () => {
    await begin().step(`n,,\x01auth=Bearer ${await minted()}\x01\x01`)
    const { credentials } = bed.join()
    for (const password of ['', 'x', await minted()])
      expect(await credentials.checkPassword({ name: 'alice', password })).to.equal(undefined)
  })

  it('never logs a token', async () => {
    const token = await minted({ aud: 'another.example' })
    await begin().step(`n,,\x01auth=Bearer ${token}\x01\x01`)
    const logged = JSON.stringify(bed.logged)
    expect(logged).to.include('a login token was refused')
    for (const part of token.split('.')) expect(logged).to.not.include(part)
  })

  for (const message of [
    '',
    '\x01',
    'n,,',
    'n,,\x01',
    'n,,\x01auth=Bearer x\x01',
    'n,,\x01auth\x01\x01',
    'p=tls-unique,,\x01auth=Bearer x\x01\x01',
    ',,\x01auth=Bearer x\x01\x01',
    'n,a=,\x01auth=Bearer x\x01\x01',
  ]) {
    it(`takes ${JSON.stringify(message)} for malformed`, async () => {
      expect(await begin().step(message)).to.deep.equal(failed('malformed-request'))
    })
  }
})
