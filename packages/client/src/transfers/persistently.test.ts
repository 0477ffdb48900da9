import { Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { Unreachable } from '../unreachable.ts'
import { isTransient } from './persistently.ts'

describe('isTransient', () => {
  it('is true of what passes by itself, of a quota, that may take a day, not', () => {
    expect(isTransient(new Unreachable('no line'))).to.equal(true)
    expect(isTransient(new Refusal('unavailable'))).to.equal(true)
    expect(isTransient(new Refusal('bad-name'))).to.equal(false)
    expect(isTransient(new Refusal('over-quota'))).to.equal(false)
    expect(isTransient(new Error('a bug'))).to.equal(false)
  })
})
