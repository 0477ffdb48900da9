import { expect } from 'chai'
import { describe, it } from 'mocha'
import { readRange } from './byte-range.ts'

describe('readRange', () => {
  const met: [header: string, start: number, stop: number][] = [
    ['bytes=0-', 0, 1000],
    ['bytes=0-0', 0, 1],
    ['bytes=999-', 999, 1000],
    ['bytes=200-299', 200, 300],
    ['bytes=200-99999999999999999999', 200, 1000],
    ['bytes=-1', 999, 1000],
    ['bytes=-1000', 0, 1000],
    ['bytes=-99999999999999999999', 0, 1000],
    ['BYTES=5-6', 5, 7],
    ['bytes= 5-6 ', 5, 7],
  ]
  for (const [header, start, stop] of met) {
    it(`meets ${header} of 1000 bytes with [${start}, ${stop})`, () => {
      expect(readRange(header, 1000)).to.deep.equal({ start, stop })
    })
  }

  for (const header of ['bytes=1000-', 'bytes=1000-1001', 'bytes=99999999999999999999-', 'bytes=-0']) {
    it(`cannot meet ${header} of 1000 bytes`, () => {
      expect(readRange(header, 1000)).to.equal('unsatisfiable')
    })
  }

  for (const header of [
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=5',
    'bytes=6-5',
    'bytes=a-b',
    'bytes=0x1-5',
    'bytes=1.5-2',
    'bytes=+1-2',
    'bytes=0-1,5-6',
    'lines=0-1',
  ]) {
    it(`gives the whole for ${header ?? 'no header'}`, () => {
      expect(readRange(header, 1000)).to.equal('whole')
    })
  }

  it('gives the whole of an empty file, whatever range is asked', () => {
    for (const header of ['bytes=0-', 'bytes=5-', 'bytes=-5', 'bytes=-0']) {
      expect(readRange(header, 0), header).to.equal('whole')
    }
  })
})
