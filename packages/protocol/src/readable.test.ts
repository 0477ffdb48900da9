import { expect } from 'chai'
import { readable } from './readable.ts'
import { Refusal } from './refusals.ts'

describe('readable', () => {
  it('takes a refusal for nothing, and lets a bug rise', () => {
    const refuse = () => {
      throw new Refusal('bad-request')
    }
    const fail = () => {
      throw new TypeError('a bug')
    }
    expect(readable(refuse, 'x')).to.equal(undefined)
    expect(() => readable(fail, 'x')).to.throw(TypeError, 'a bug')
  })

  it('reads nothing where there is nothing', () => {
    expect([readable(String, undefined), readable(String, null), readable(String, '')]).to.deep.equal([
      undefined,
      undefined,
      '',
    ])
  })
})
