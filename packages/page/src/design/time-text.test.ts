import { expect } from 'chai'
import { describe, it } from 'mocha'
import { dayText, timeLeftText, whenText } from './time-text.ts'

const at = (text: string) => new Date(text).getTime()
const NOW = at('2026-11-26T10:00:00')

describe('the time as people say it', () => {
  it('is today until midnight, then yesterday, then a date', () => {
    expect(dayText(at('2026-11-26T00:00:00'), NOW)).to.equal('Today')
    expect(dayText(at('2026-11-25T23:59:59'), NOW)).to.equal('Yesterday')
    expect(dayText(at('2026-11-20T12:00:00'), NOW)).to.equal('Friday, November 20')
    expect(dayText(at('2025-11-20T12:00:00'), NOW)).to.equal('Thursday, November 20, 2025')
  })

  it('is a clock for today and a day for earlier', () => {
    expect(whenText(at('2026-11-26T09:05:00'), NOW)).to.match(/9:05/)
    expect(whenText(at('2026-11-25T09:05:00'), NOW)).to.equal('Nov 25')
  })

  it('never promises no time at all', () => {
    expect([0.2, 1, 59.2, 61, 3600, 9000].map(timeLeftText)).to.deep.equal([
      'a moment left',
      '1 s left',
      '60 s left',
      '2 min left',
      '1.0 h left',
      '2.5 h left',
    ])
  })
})
