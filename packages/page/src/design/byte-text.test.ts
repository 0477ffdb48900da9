import { expect } from 'chai'
import { byteText } from './byte-text.ts'

describe('bytes for people', () => {
  it('are in the unit that leaves one to three digits before the point', () => {
    for (const [bytes, text] of [
      [0, '0 B'],
      [999, '999 B'],
      [1000, '1.0 kB'],
      [63_449_999, '63.4 MB'],
      [999_949, '999.9 kB'],
      [999_950, '1.0 MB'],
      [200_000_000, '200.0 MB'],
      [5_000_000_000_000_000, '5000.0 TB'],
    ] as const)
      expect(byteText(bytes), String(bytes)).to.equal(text)
  })
})
