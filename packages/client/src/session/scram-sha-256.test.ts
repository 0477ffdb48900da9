import { expect } from 'chai'
import { ScramSha256 } from './scram-sha-256.ts'

// RFC 7677 §3.
const credentials = { username: 'user', password: 'pencil' }
const serverNonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
const serverFirst = `r=${serverNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`

describe('SCRAM-SHA-256', () => {
  it('speaks the example of RFC 7677', async () => {
    const scram = new ScramSha256('rOprNGfwEbeRWgbNEkqO')
    expect(await scram.response(credentials)).to.equal('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
    scram.challenge(serverFirst)
    expect(await scram.response(credentials)).to.equal(
      `c=biws,r=${serverNonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    )
    expect(scram.proves('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).to.equal(true)
    expect(scram.proves('v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).to.equal(false)
  })

  for (const [title, challenge] of [
    ['a nonce that is not an extension of ours', serverFirst.replace('rOpr', 'xxxx')],
    ['too few rounds', serverFirst.replace('i=4096', 'i=1')],
    ['more rounds than anyone could need', serverFirst.replace('i=4096', 'i=999999999')],
  ] as const) {
    it(`refuses ${title}`, async () => {
      const scram = new ScramSha256('rOprNGfwEbeRWgbNEkqO')
      await scram.response(credentials)
      scram.challenge(challenge)
      expect(await scram.response(credentials).catch((error) => error)).to.be.instanceOf(Error)
    })
  }

  it('escapes what a name may not hold, and sends UTF-8', async () => {
    const first = await new ScramSha256('n').response({ username: 'a=b,ü', password: '' })
    expect(Buffer.from(first, 'latin1').toString()).to.equal('n,,n=a=3Db=2Cü,r=n')
  })
})
