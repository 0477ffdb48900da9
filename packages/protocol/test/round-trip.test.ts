import * as protocol from '@sluice/protocol'
import { COMMAND_NAMES, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import fc from 'fast-check'
import * as arbitrary from './arbitraries.ts'
import { parseXml } from './parse-xml.ts'

/** To text and back, as a peer gets it. */
function overTheWire(sent: XmlElement): XmlElement {
  return parseXml(sent.toString(), { layout: 'kept' })
}

function itKeeps<T>(
  what: string,
  values: fc.Arbitrary<T>,
  encode: (value: T) => XmlElement,
  decode: (element: XmlElement) => unknown,
): void {
  it(`gives back ${what} as it was encoded`, () => {
    fc.assert(
      fc.property(values, (value) => void expect(decode(overTheWire(encode(value)))).to.deep.equal(value)),
    )
  })
}

describe('decode(encode(x)) over the wire', () => {
  itKeeps('an offer', arbitrary.offers, protocol.encodeOffer, protocol.decodeOffer)
  itKeeps('a slot', arbitrary.slots, protocol.encodeSlot, protocol.decodeSlot)
  itKeeps('progress', arbitrary.statuses, protocol.encodeProgress, protocol.decodeProgress)
  for (const name of ['cancelled', 'discarded'] as const) {
    const encode = (status: protocol.UploadStatus) => protocol.encodeStatus(name, status)
    itKeeps(name, arbitrary.statuses, encode, protocol.decodeStatus)
  }
  for (const name of COMMAND_NAMES) {
    const decode = (element: XmlElement) => protocol.decodeCommand(element).uploadId
    itKeeps(name, arbitrary.ids, (id) => protocol.encodeCommand(name, id), decode)
  }
  itKeeps('a list of uploads', arbitrary.unfinishedUploads, protocol.encodeUploads, protocol.decodeUploads)
  itKeeps('delete', arbitrary.ids, protocol.encodeDelete, protocol.decodeDelete)
  itKeeps('locate', arbitrary.ids, protocol.encodeLocate, protocol.decodeLocate)
  itKeeps('a location', arbitrary.locations, protocol.encodeLocation, protocol.decodeLocation)
  itKeeps('a slot request', arbitrary.slotRequests, protocol.encodeSlotRequest, protocol.decodeSlotRequest)
  itKeeps('an XEP-0363 slot', arbitrary.httpSlots, protocol.encodeHttpSlot, protocol.decodeHttpSlot)
  itKeeps('a chat message', arbitrary.chatMessages, protocol.encodeChatMessage, protocol.decodeChatMessage)
  itKeeps('a roster', arbitrary.rosters, protocol.encodeRoster, protocol.decodeRoster)

  it('gives back a refusal with its code, its words and its details', () => {
    fc.assert(
      fc.property(arbitrary.refusals, (refusal) => {
        const { condition, type } = refusal.spelling
        expect(protocol.decodeStanzaError(overTheWire(protocol.encodeStanzaError(refusal)))).to.deep.equal({
          code: refusal.code,
          condition,
          type,
          text: refusal.message,
          details: refusal.details,
        })
      }),
    )
  })
})

describe('fromJson(json(x)) over HTTP', () => {
  const overHttp = (body: unknown): unknown => JSON.parse(JSON.stringify(body))

  it('gives back a slot as it was', () => {
    const keeps = (slot: protocol.Slot) =>
      expect(protocol.slotFromJson(overHttp(protocol.slotJson(slot)))).to.deep.equal(slot)
    fc.assert(fc.property(arbitrary.slots, (slot) => void keeps(slot)))
  })

  it('gives back a status as it was', () => {
    const keeps = (status: protocol.UploadStatus) =>
      expect(protocol.statusFromJson(overHttp(protocol.statusJson(status)))).to.deep.equal(status)
    fc.assert(fc.property(arbitrary.statuses, (status) => void keeps(status)))
  })

  it('gives back a refusal with its code, its words and its details', () => {
    fc.assert(
      fc.property(arbitrary.refusals, (refusal) => {
        const read = protocol.refusalFromJson(
          refusal.spelling.status,
          overHttp(protocol.refusalJson(refusal)),
        )
        expect(read).to.deep.include({
          code: refusal.code,
          message: refusal.message,
          details: refusal.details,
        })
      }),
    )
  })
})
