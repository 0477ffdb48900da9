import { expect } from 'chai'
import { claimOf } from './claim-of.ts'

const jwt = (payload: string) => `e30.${Buffer.from(payload).toString('base64url')}.c2ln`

describe('claimOf', () => {
  it('reads a claim of a JWT, whatever letters are in it', () => {
    for (const sub of ['alice', 'jürgen', '日本', 'a?b>c~'])
      expect(claimOf(jwt(JSON.stringify({ sub })), 'sub')).to.equal(sub)
    expect(claimOf(jwt('{"grant":3}'), 'grant')).to.equal(3)
  })

  it('finds nothing in what is no JWT, or does not say it', () => {
    for (const token of [undefined, '', 'opaque', 'a.b.c', jwt('no json'), jwt('null'), jwt('{}')])
      expect(claimOf(token, 'sub'), token).to.equal(undefined)
  })
})
