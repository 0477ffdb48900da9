import { expect } from 'chai'
import { refusalFromJson, refusalJson } from './refusal-json.ts'
import { Refusal } from './refusals.ts'

describe('refusalFromJson', () => {
  const body = refusalJson(new Refusal('offset-mismatch', { committed: 5 }))

  it('reads the gateway’s own answer', () => {
    expect(refusalFromJson(409, body)).to.deep.include({
      code: 'offset-mismatch',
      message: 'The upload continues at byte 5',
    })
  })

  it('does not take a proxy’s answer for the gateway’s', () => {
    expect(refusalFromJson(502, body), 'another status').to.equal(undefined)
    for (const odd of [
      undefined,
      null,
      '',
      '<html>',
      7,
      [],
      {},
      { code: 'toString' },
      { code: ['overtaken'] },
    ]) {
      expect(refusalFromJson(403, odd), JSON.stringify(odd)).to.equal(undefined)
    }
  })

  it('takes of the details what is text or number', () => {
    const odd = { ...body, details: { committed: 5, nested: {}, none: null } }
    expect(refusalFromJson(409, odd)?.details).to.deep.equal({ committed: 5 })
    expect(refusalFromJson(409, { ...body, details: 'x' })?.details).to.deep.equal({})
  })
})
