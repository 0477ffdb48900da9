import { expect } from 'chai'
import { REFUSALS, Refusal } from './refusals.ts'

describe('a refusal', () => {
  it('fills its sentence from its details', () => {
    expect(new Refusal('file-too-large', { limit: 5 }).message).to.equal('The file is larger than 5 bytes')
  })

  it('names what is missing when a detail was not given', () => {
    expect(new Refusal('file-too-large').message).to.equal('The file is larger than limit bytes')
  })

  it('is an error that knows its spelling', () => {
    const refusal = new Refusal('upload-busy')
    expect(refusal).to.be.an.instanceOf(Error).and.include({ name: 'Refusal', code: 'upload-busy' })
    expect(refusal.spelling).to.equal(REFUSALS['upload-busy'])
  })

  it('is retryable exactly when RFC 6120 §8.3.2 says wait, or when the offset only has to be asked for', () => {
    for (const [code, { type, retryable }] of Object.entries(REFUSALS)) {
      expect(retryable, code).to.equal(type === 'wait' || code === 'offset-mismatch')
    }
  })

  it('has an HTTP status of refusal', () => {
    for (const [code, { status }] of Object.entries(REFUSALS)) expect(status, code).to.be.within(400, 599)
  })
})
