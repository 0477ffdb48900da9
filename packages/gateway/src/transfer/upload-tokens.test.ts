import { expect } from 'chai'
import { SignJWT } from 'jose'
import { HandClock } from '../../test/transfer/hand-clock.ts'
import { refusalOf } from '../../test/transfer/transfer-bed.ts'
import type { UploadLedger } from './upload-ledger.ts'
import { UploadTokens } from './upload-tokens.ts'

const KEY = new Uint8Array(32).fill(7)
const OWNER = 'alice@example.org'
const SLOT = { uploadId: 'an-upload', owner: OWNER, grantNo: 3 }

describe('UploadTokens', () => {
  let clock: HandClock
  let asked: number
  let failing: boolean
  let tokens: UploadTokens

  beforeEach(() => {
    clock = new HandClock()
    asked = 0
    failing = false
    const signingKey = async () => {
      asked++
      if (failing) throw new Error('no database')
      return KEY
    }
    tokens = new UploadTokens({ ledger: { signingKey } as UploadLedger, clock })
  })

  it('speak for one upload in its grant, until the upload expires', async () => {
    const expiresAt = new Date(clock.now().getTime() + 60_000)
    const token = await tokens.issueSlot({ ...SLOT, expiresAt })
    expect(await tokens.verify(token)).to.deep.equal({
      owner: OWNER,
      grant: { uploadId: 'an-upload', grantNo: 3 },
    })
    clock.pass(61_000)
    expect(await refusalOf(tokens.verify(token))).to.equal('not-authorized')
  })

  it('speak for an account for 30 days', async () => {
    const token = await tokens.issueAccount(OWNER)
    clock.pass(30 * 86_400_000 - 2_000)
    expect(await tokens.verify(token)).to.deep.equal({ owner: OWNER })
    clock.pass(4_000)
    expect(await refusalOf(tokens.verify(token))).to.equal('not-authorized')
  })

  it('let a PUT bring one media until they expire, and neither kind does for the other', async () => {
    const expiresAt = new Date(clock.now().getTime() + 60_000)
    const token = await tokens.issuePut({ mediaId: 'a-media', expiresAt })
    expect(await tokens.verifyPut(token)).to.equal('a-media')
    expect(await refusalOf(tokens.verify(token))).to.equal('not-authorized')
    for (const other of [
      await tokens.issueAccount('a-media'),
      await tokens.issueSlot({ ...SLOT, expiresAt }),
    ]) {
      expect(await refusalOf(tokens.verifyPut(other))).to.equal('not-authorized')
    }
    clock.pass(61_000)
    expect(await refusalOf(tokens.verifyPut(token))).to.equal('not-authorized')
  })

  it('are refused when they are forged, of another kind, or nonsense', async () => {
    const signed = (claims: object, key = KEY, alg = 'HS256', issuer = 'sluice') =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg })
        .setIssuer(issuer)
        .setExpirationTime('1h')
        .sign(key)
    expect(await tokens.verify(await signed({ sub: OWNER }))).to.deep.equal({ owner: OWNER })
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(`{"sub":"${OWNER}"}`).toString('base64url')}.`
    const bad = [
      '',
      'nonsense',
      none,
      await signed({ sub: OWNER }, new Uint8Array(32)),
      await signed({ sub: OWNER }, new Uint8Array(64).fill(7), 'HS512'),
      await signed({ sub: OWNER }, KEY, 'HS256', 'another'),
      await signed({}),
      await signed({ sub: '' }),
      await signed({ sub: OWNER, upload: 'an-upload' }),
      await signed({ sub: OWNER, grant: 1 }),
      await signed({ sub: OWNER, upload: 'an-upload', grant: '1' }),
    ]
    for (const token of bad) expect(await refusalOf(tokens.verify(token)), token).to.equal('not-authorized')
  })

  it('ask for the key once, and again only after a failure', async () => {
    failing = true
    expect(await tokens.issueAccount(OWNER).catch((error: Error) => error.message)).to.equal('no database')
    failing = false
    await tokens.issueAccount(OWNER)
    await tokens.issueAccount(OWNER)
    expect(asked).to.equal(2)
  })
})
