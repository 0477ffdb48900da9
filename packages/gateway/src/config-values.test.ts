import { expect } from 'chai'
import { formatDuration, formatSize, parseDuration, parseSize } from './config-values.ts'

describe('sizes and durations', () => {
  it('are written in the largest unit that is whole, and read back as they were', () => {
    for (const [bytes, text] of [
      [10 * 2 ** 30, '10GiB'],
      [1536 * 2 ** 20, '1536MiB'],
      [1000, '1000B'],
      [2 ** 40, '1TiB'],
    ] as const) {
      expect(formatSize(bytes)).to.equal(text)
      expect(parseSize(text)).to.equal(bytes)
    }
    for (const [ms, text] of [
      [7 * 86_400_000, '7d'],
      [90_000, '90s'],
      [1500, '1.5s'],
      [12 * 3_600_000, '12h'],
    ] as const) {
      expect(formatDuration(ms)).to.equal(text)
      expect(parseDuration(text)).to.equal(ms)
    }
  })
})
