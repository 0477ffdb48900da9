import { expect } from 'chai'
import { Refusal } from './refusals.ts'
import { slotFromJson, slotJson } from './slot.ts'
import { decodeProgress, encodeProgress, statusFromJson, statusJson } from './status.ts'

const status = {
  uploadId: 'u1',
  state: 'paused',
  committed: 5,
  received: 5,
  size: 9,
  expiresAt: new Date('2026-03-08T12:00:00.000Z'),
} as const

describe('a record on the wire', () => {
  it('leaves out what is undefined', () => {
    expect(statusJson({ ...status, messageId: undefined })).not.to.have.property('messageId')
    expect(encodeProgress({ ...status, delivery: undefined }).attrs).not.to.have.property('delivery')
  })

  it('gives sizes as JSON numbers and dates as ISO 8601', () => {
    expect(statusJson(status)).to.deep.equal({ ...status, expiresAt: '2026-03-08T12:00:00.000Z' })
  })

  it('ignores what it does not know, so that both sides can learn', () => {
    const sent = encodeProgress(status)
    sent.attrs.colour = 'blue'
    expect(decodeProgress(sent)).to.deep.equal(status)
    expect(statusFromJson({ ...statusJson(status), colour: 'blue' })).to.deep.equal(status)
  })

  it('names the field of JSON that is wrong', () => {
    expect(() => statusFromJson({ ...statusJson(status), size: '9' })).to.throw(
      Refusal,
      'size must be a number',
    )
    expect(() => statusFromJson({ ...statusJson(status), state: 1 })).to.throw(
      Refusal,
      'state must be a string',
    )
    expect(() => statusFromJson({})).to.throw(Refusal, 'uploadId must be present')
    expect(() => statusFromJson(null)).to.throw(Refusal, 'must be a JSON object')
    expect(() => statusFromJson('x')).to.throw(Refusal, 'must be a JSON object')
  })

  for (const size of [-1, 0.5, 1e21, Number.NaN, 2 ** 53]) {
    it(`takes ${size} for no size`, () => {
      expect(() => statusFromJson({ ...statusJson(status), size }))
        .to.throw(Refusal)
        .with.property('code', 'bad-size')
    })
  }

  for (const date of [
    '',
    'tomorrow',
    '2026-03-08',
    '2026-02-30T00:00:00.000Z',
    '2026-03-08T12:00:00Z',
    '2026-03-08T12:00:00.000+00:00',
  ]) {
    it(`takes ${JSON.stringify(date)} for no date`, () => {
      expect(() => statusFromJson({ ...statusJson(status), expiresAt: date })).to.throw(
        Refusal,
        'expiresAt must be an ISO 8601 date',
      )
    })
  }

  it('takes nothing from the prototype of a JSON object', () => {
    expect(() => statusFromJson(Object.create(statusJson(status)))).to.throw(
      Refusal,
      'uploadId must be present',
    )
  })

  it('takes no token that could end a header, and no URL that is not the web’s', () => {
    const slot = slotJson({
      ...status,
      uploadUrl: 'https://a/u',
      getUrl: 'https://a/m',
      token: 'a.b-c_d~e+f/g==',
    })
    expect(slotFromJson(slot).token).to.equal('a.b-c_d~e+f/g==')
    for (const token of ['', 'a b', 'a\r\nb', 'ä'])
      expect(() => slotFromJson({ ...slot, token })).to.throw(Refusal, 'bearer token')
    for (const getUrl of ['', '/m', 'javascript:x', 'https://a/\n'])
      expect(() => slotFromJson({ ...slot, getUrl })).to.throw(Refusal, 'getUrl')
  })
})
