import { expect } from 'chai'
import { Scram } from './scram.ts'

// RFC 7677 §3.
const credentials = { username: 'user', password: 'pencil' }
const serverNonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
const serverFirst = `r=${serverNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`

describe('SCRAM', () => {
  it('speaks the example of RFC 7677', async () => {
    const scram = new Scram('SCRAM-SHA-256', 'rOprNGfwEbeRWgbNEkqO')
    expect(await scram.response(credentials)).to.equal('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
    scram.challenge(serverFirst)
    expect(await scram.response(credentials)).to.equal(
      `c=biws,r=${serverNonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    )
    expect(scram.proves('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).to.equal(true)
    expect(scram.proves('v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).to.equal(false)
  })

  it('speaks the example of RFC 5802, with SHA-1', async () => {
    const scram = new Scram('SCRAM-SHA-1', 'fyko+d2lbbFgONRv9qkxdawL')
    expect(await scram.response(credentials)).to.equal('n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL')
    const nonce = 'fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j'
    scram.challenge(`r=${nonce},s=QSXCR+Q6sek8bf92,i=4096`)
    expect(await scram.response(credentials)).to.equal(`c=biws,r=${nonce},p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=`)
    expect(scram.proves('v=rmF9pqV8S7suAoZWja4dJRkFsKQ=')).to.equal(true)
  })

  for (const [title, challenge] of [
    ['a nonce that is not an extension of ours', serverFirst.replace('rOpr', 'xxxx')],
    ['too few rounds', serverFirst.replace('i=4096', 'i=1')],
    ['more rounds than anyone could need', serverFirst.replace('i=4096', 'i=999999999')],
  ] as const) {
    it(`refuses ${title}`, async () => {
      const scram = new Scram('SCRAM-SHA-256', 'rOprNGfwEbeRWgbNEkqO')
      await scram.response(credentials)
      scram.challenge(challenge)
      expect(await scram.response(credentials).catch((error) => error)).to.be.instanceOf(Error)
    })
  }

  it('escapes what a name may not hold, and sends UTF-8', async () => {
    const first = await new Scram('SCRAM-SHA-256', 'n').response({ username: 'a=b,ü', password: '' })
    expect(Buffer.from(first, 'latin1').toString()).to.equal('n,,n=a=3Db=2Cü,r=n')
  })
})
