import { expect } from 'chai'
import { retryDelay } from './retry-delay.ts'

describe('the delay before a retry', () => {
  it('doubles from half a second to half a minute', () => {
    const delays = [0, 1, 2, 5, 6, 7, 1000].map((attempt) => retryDelay(attempt, () => 1))
    expect(delays).to.deep.equal([500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000])
  })

  it('is by half a matter of chance', () => {
    expect(retryDelay(2, () => 0)).to.equal(1_000)
    expect(retryDelay(2, () => 0.5)).to.equal(1_500)
  })
})
