import * as protocol from '@sluice/protocol'
import { NS, Refusal, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import fc from 'fast-check'
import * as arbitrary from './arbitraries.ts'
import { mutated, trees } from './hostile-elements.ts'

type DecoderName = Extract<keyof typeof protocol, `decode${string}`>

const decoders: Readonly<Record<DecoderName, (element: XmlElement) => unknown>> = protocol

const valid: Record<DecoderName, fc.Arbitrary<XmlElement>> = {
  decodeOffer: arbitrary.offers.map(protocol.encodeOffer),
  decodeSlot: arbitrary.slots.map(protocol.encodeSlot),
  decodeProgress: arbitrary.statuses.map(protocol.encodeProgress),
  decodeStatus: arbitrary.statuses.map((status) => protocol.encodeStatus('cancelled', status)),
  decodeCommand: arbitrary.ids.map((id) => protocol.encodeCommand('resume', id)),
  decodeDelete: arbitrary.ids.map(protocol.encodeDelete),
  decodeLocate: arbitrary.ids.map(protocol.encodeLocate),
  decodeLocation: arbitrary.locations.map(protocol.encodeLocation),
  decodeUploads: arbitrary.unfinishedUploads.map(protocol.encodeUploads),
  decodeSlotRequest: arbitrary.slotRequests.map(protocol.encodeSlotRequest),
  decodeHttpSlot: arbitrary.httpSlots.map(protocol.encodeHttpSlot),
  decodeStanzaError: arbitrary.refusals.map(protocol.encodeStanzaError),
  decodeReceipt: arbitrary.receipts.map(protocol.encodeReceipt),
  decodeChatState: arbitrary.chatStates.map(protocol.encodeChatState),
  decodeRoster: arbitrary.rosters.map(protocol.encodeRoster),
  decodeChatMessage: arbitrary.chatMessages.map(protocol.encodeChatMessage),
}

/** Runs it; anything thrown but a Refusal fails the test. */
function refusesAtMost(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

describe('what anybody may send', () => {
  for (const [name, its] of Object.entries(valid) as [DecoderName, fc.Arbitrary<XmlElement>][]) {
    it(`makes ${name} refuse at most`, () => {
      const anybodys = fc.oneof(trees(Object.values(NS)), ...Object.values(valid))
      const elements = fc.oneof({ weight: 1, arbitrary: anybodys }, { weight: 3, arbitrary: mutated(its) })
      fc.assert(
        fc.property(elements, (tree) => refusesAtMost(() => decoders[name](tree))),
        { numRuns: 500 },
      )
    })
  }

  it('makes the JSON readers refuse at most', () => {
    const slot = arbitrary.slots.map(protocol.slotJson)
    const bodies = fc.oneof(
      fc.anything(),
      fc
        .tuple(slot, fc.dictionary(fc.constantFrom('size', 'token', 'state', 'expiresAt'), fc.anything()))
        .map(([json, broken]) => ({ ...json, ...broken })),
    )
    fc.assert(
      fc.property(bodies, (body) => {
        refusesAtMost(() => protocol.slotFromJson(body))
        refusesAtMost(() => protocol.statusFromJson(body))
        protocol.refusalFromJson(409, body)
      }),
      { numRuns: 500 },
    )
  })

  it('makes prepareJid and checkFileName refuse at most, and settle at once', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({
        unit: fc.constantFrom(
          'a',
          'Z',
          '@',
          '/',
          '.',
          'ß',
          'İ',
          'Ａ',
          '＠',
          '．',
          'ς',
          'Σ',
          '\u0301',
          '\u202E',
          'é',
        ),
        maxLength: 12,
      }),
    )
    fc.assert(
      fc.property(text, (input) => {
        refusesAtMost(() => {
          const { full } = protocol.prepareJid(input)
          expect(protocol.prepareJid(full).full).to.equal(full)
        })
        refusesAtMost(() => {
          const name = protocol.checkFileName(input)
          expect(protocol.checkFileName(name)).to.equal(name)
        })
      }),
      { numRuns: 2000 },
    )
  })

  it('makes an error of any details that still decodes', () => {
    const details = fc.dictionary(
      fc.string({ unit: 'binary' }),
      fc.oneof(fc.string({ unit: 'binary' }), fc.double()),
    )
    fc.assert(
      fc.property(details, (given) => {
        const error = protocol.encodeStanzaError(new Refusal('file-too-large', given))
        expect(protocol.decodeStanzaError(error).code).to.equal('file-too-large')
      }),
    )
  })

  it('makes encodeOffer and encodeChatMessage refuse what XML cannot carry', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 20 })
    fc.assert(
      fc.property(arbitrary.offers, anyText, (offer, text) => {
        refusesAtMost(() => protocol.encodeOffer({ ...offer, name: text }))
        refusesAtMost(() => protocol.encodeOffer({ ...offer, intent: { ...offer.intent, caption: text } }))
        refusesAtMost(() => protocol.encodeChatMessage({ id: text, to: text, chat: 'chat', text }))
      }),
    )
  })
})
