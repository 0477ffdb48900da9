import * as protocol from '@sluice/protocol'
import { element, NS, Refusal, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'

/** Names the decoder and the element that it is for, in its own namespace. */
const PAYLOADS: [string, string, (payload: XmlElement) => unknown][] = [
  ['offer', NS.media, protocol.decodeOffer],
  ['slot', NS.media, protocol.decodeSlot],
  ['progress', NS.media, protocol.decodeProgress],
  ['cancelled', NS.media, protocol.decodeStatus],
  ['cancel', NS.media, protocol.decodeCommand],
  ['uploads', NS.media, protocol.decodeUploads],
  ['delete', NS.media, protocol.decodeDelete],
  ['locate', NS.media, protocol.decodeLocate],
  ['location', NS.media, protocol.decodeLocation],
  ['request', NS.httpUpload, protocol.decodeSlotRequest],
  ['slot', NS.httpUpload, protocol.decodeHttpSlot],
]

describe('a payload that is not what was asked for', () => {
  for (const [name, xmlns, decode] of PAYLOADS) {
    it(`is refused where <${name}/> of ${xmlns} is expected`, () => {
      expect(() => decode(element(name, { xmlns: 'urn:other' }))).to.throw(Refusal, 'the payload must be')
      expect(() => decode(element('other', { xmlns }))).to.throw(Refusal, 'the payload must be')
    })
  }

  it('is refused when an id is missing', () => {
    for (const [name, , decode] of PAYLOADS.filter(([name]) =>
      ['cancel', 'delete', 'locate'].includes(name),
    )) {
      expect(() => decode(element(name, { xmlns: NS.media }))).to.throw(Refusal, '1 to 255 characters')
    }
  })

  it('is refused when an unfinished upload comes without its offer', () => {
    const uploads = element('uploads', { xmlns: NS.media }, element('upload'))
    expect(() => protocol.decodeUploads(uploads)).to.throw(Refusal, 'with its offer')
  })
})
