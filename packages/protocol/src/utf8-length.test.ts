import { expect } from 'chai'
import fc from 'fast-check'
import { utf8Length } from './utf8-length.ts'

describe('utf8Length', () => {
  it('counts what a TextEncoder writes', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('\x7f', '\x80', '\u07ff', '\u0800', '\uffff', '\u{10000}', '\ud800'),
      }),
    )
    fc.assert(
      fc.property(text, (given) => {
        expect(utf8Length(given)).to.equal(new TextEncoder().encode(given).length)
      }),
    )
  })
})
