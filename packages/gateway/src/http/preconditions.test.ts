import { expect } from 'chai'
import { describe, it } from 'mocha'
import { checkPreconditions } from './preconditions.ts'

describe('checkPreconditions', () => {
  const media = { etag: '"abc"', modifiedAt: new Date('2026-03-01T12:00:00.750Z') }
  const same = 'Sun, 01 Mar 2026 12:00:00 GMT'
  const earlier = 'Sun, 01 Mar 2026 11:59:59 GMT'
  const later = 'Sun, 01 Mar 2026 12:00:01 GMT'

  const cases: [title: string, headers: Record<string, string>, verdict: unknown][] = [
    ['lets a request without preconditions go', {}, { range: true }],
    ['answers a known ETag with unchanged', { 'if-none-match': '"abc"' }, 'unchanged'],
    ['finds the ETag in a list', { 'if-none-match': '"x", "abc"' }, 'unchanged'],
    ['compares If-None-Match weakly', { 'if-none-match': 'W/"abc"' }, 'unchanged'],
    ['takes * for any ETag', { 'if-none-match': '*' }, 'unchanged'],
    ['answers another ETag', { 'if-none-match': '"x"' }, { range: true }],
    ['is not misled by an ETag that holds ours', { 'if-none-match': '"abcd"' }, { range: true }],
    ['answers the same date with unchanged', { 'if-modified-since': same }, 'unchanged'],
    ['answers an earlier date', { 'if-modified-since': earlier }, { range: true }],
    ['ignores a date that is none', { 'if-modified-since': 'yesterday' }, { range: true }],
    ['ignores a bare number as a date', { 'if-modified-since': '9999' }, { range: true }],
    [
      'ignores If-Modified-Since beside If-None-Match',
      { 'if-none-match': '"x"', 'if-modified-since': later },
      { range: true },
    ],
    ['lets a matching If-Match go', { 'if-match': '"abc"' }, { range: true }],
    ['compares If-Match strongly', { 'if-match': 'W/"abc"' }, 'failed'],
    ['fails another If-Match', { 'if-match': '"x"' }, 'failed'],
    ['fails an earlier If-Unmodified-Since', { 'if-unmodified-since': earlier }, 'failed'],
    ['lets the same If-Unmodified-Since go', { 'if-unmodified-since': same }, { range: true }],
    ['keeps the range for the same ETag', { 'if-range': '"abc"' }, { range: true }],
    ['drops the range for another ETag', { 'if-range': '"x"' }, { range: false }],
    ['drops the range for a weak ETag', { 'if-range': 'W/"abc"' }, { range: false }],
    ['keeps the range for the same date', { 'if-range': same }, { range: true }],
    ['drops the range for a later date', { 'if-range': later }, { range: false }],
    ['drops the range for what is neither', { 'if-range': 'abc' }, { range: false }],
  ]
  for (const [title, headers, verdict] of cases) {
    it(title, () => {
      expect(checkPreconditions(headers, media)).to.deep.equal(verdict)
    })
  }
})
