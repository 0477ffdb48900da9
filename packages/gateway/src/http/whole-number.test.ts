import { expect } from 'chai'
import { describe, it } from 'mocha'
import { wholeNumber } from './whole-number.ts'

describe('wholeNumber', () => {
  it('reads digits up to 2^53 - 1', () => {
    expect(wholeNumber('0')).to.equal(0)
    expect(wholeNumber('42')).to.equal(42)
    expect(wholeNumber('9007199254740991')).to.equal(Number.MAX_SAFE_INTEGER)
  })

  for (const text of [
    '',
    '-1',
    '+1',
    '01',
    '1.0',
    '1e3',
    '0x10',
    ' 1',
    '1, 1',
    'NaN',
    '9007199254740992',
    '٣',
  ]) {
    it(`does not take ${JSON.stringify(text)} for one`, () => {
      expect(wholeNumber(text)).to.equal(undefined)
    })
  }
})
