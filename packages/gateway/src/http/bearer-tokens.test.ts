import { expect } from 'chai'
import { SignJWT } from 'jose'
import { DOMAIN, MessagingBed } from '../../test/messaging/messaging-bed.ts'
import { ISSUER, mint, SHARED_SECRET_RULES } from '../../test/messaging/token-issuer.ts'
import { refusalOf } from '../../test/transfer/transfer-bed.ts'
import type { UploadLedger } from '../transfer/upload-ledger.ts'
import { UploadTokens } from '../transfer/upload-tokens.ts'
import { bearerTokens } from './bearer-tokens.ts'

const OWN_KEY = new Uint8Array(32).fill(7)
const OWNER = `alice@${DOMAIN}`

describe('bearerTokens', () => {
  const bed = new MessagingBed({ loginTokens: SHARED_SECRET_RULES })
  const { clock } = bed
  const { accounts, logInByToken } = bed.join()
  const own = new UploadTokens({ ledger: { signingKey: async () => OWN_KEY } as UploadLedger, clock })
  const tokens = bearerTokens(own, logInByToken)
  const now = clock.now()
  const expiresAt = new Date(now.getTime() + 60_000)

  it('takes the token of a login for the account that it names', async () => {
    expect(await tokens.verify(await mint({}, { now }))).to.deep.equal({ owner: OWNER })
  })

  it('takes its own tokens as before', async () => {
    expect(await tokens.verify(await own.issueAccount(OWNER))).to.deep.equal({ owner: OWNER })
    const slot = await own.issueSlot({ uploadId: 'u', owner: OWNER, grantNo: 3, expiresAt })
    expect(await tokens.verify(slot)).to.deep.equal({ owner: OWNER, grant: { uploadId: 'u', grantNo: 3 } })
    expect(await tokens.verifyPut(await own.issuePut({ mediaId: 'm', expiresAt }))).to.equal('m')
  })

  it('takes no token of one kind that calls itself one of another', async () => {
    const signed = (issuer: string) =>
      new SignJWT({ upload: 'u', grant: 1 })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(issuer)
        .setSubject(OWNER)
        .setAudience(DOMAIN)
        .setIssuedAt()
        .setExpirationTime('1m')
    for (const token of [
      // Whoever has the issuer's secret makes no token of ours…
      await mint({ iss: 'sluice', sub: OWNER }, { now }),
      await mint({ iss: 'sluice', sub: OWNER, upload: 'u', grant: 1 }, { now }),
      // …and ours are good for no other issuer.
      await signed(ISSUER).sign(OWN_KEY),
    ])
      expect(await refusalOf(tokens.verify(token)), token).to.equal('not-authorized')
    // What the issuer says of uploads means nothing.
    expect(await tokens.verify(await mint({ upload: 'u', grant: 1 }, { now }))).to.deep.equal({
      owner: OWNER,
    })
    expect(await refusalOf(tokens.verifyPut(await mint({}, { now })))).to.equal('not-authorized')
  })

  it('refuses what is expired, and whom the operator removed', async () => {
    expect(await refusalOf(tokens.verify(await mint({ exp: 1 }, { now })))).to.equal('not-authorized')
    await accounts.remove(OWNER)
    expect(await refusalOf(tokens.verify(await mint({}, { now })))).to.equal('not-authorized')
  })

  it('takes none where no issuer is configured', async () => {
    const plain = bearerTokens(own, undefined)
    expect(await refusalOf(plain.verify(await mint({}, { now })))).to.equal('not-authorized')
  })
})
