import { expect } from 'chai'
import type { Offer } from './media.ts'
import { decodeOffer, encodeOffer } from './offer.ts'
import { Refusal, type RefusalCode } from './refusals.ts'
import { element } from './xml.ts'

const offer: Offer = {
  messageId: 'm1',
  to: 'bob@example.org',
  name: 'summit.jpg',
  size: 3032449,
  mediaType: 'image/jpeg',
  kind: 'image',
  intent: { chat: 'chat' },
}

function refused(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof Refusal) return `${error.code}: ${error.message}`
    throw error
  }
  return 'taken'
}

function itRefuses(attribute: string, value: string | undefined, code: RefusalCode): void {
  it(`refuses the ${attribute} ${JSON.stringify(value?.slice(0, 30))} as ${code}`, () => {
    const sent = encodeOffer(offer)
    if (value === undefined) delete sent.attrs[attribute]
    else sent.attrs[attribute] = value
    expect(refused(() => decodeOffer(sent))).to.match(new RegExp(`^${code}: `))
  })
}

describe('an offer', () => {
  for (const size of [
    '-1',
    '+1',
    '01',
    '1.0',
    '1e3',
    ' 1',
    '1 ',
    '',
    '0x10',
    '9007199254740992',
    '99999999999999999',
    'NaN',
  ]) {
    itRefuses('size', size, 'bad-size')
  }
  for (const name of ['', '../../x', 'x'.repeat(300), 'a\u0001b']) itRefuses('name', name, 'bad-name')
  for (const to of ['', 'bob@', 'bob@example.org/phone', 'b ob@example.org']) itRefuses('to', to, 'bad-jid')
  for (const type of [
    '',
    'image',
    'image/',
    '/jpeg',
    'image/jpeg\r\nX: y',
    'a b/c',
    'image/jpeg;',
    `image/${'x'.repeat(128)}`,
    `a/b;c=${'d'.repeat(250)}`,
  ]) {
    itRefuses('type', type, 'bad-request')
  }
  for (const hash of ['', 'LATER', 'a'.repeat(63), 'a'.repeat(65), 'A'.repeat(64)])
    itRefuses('hash', hash, 'bad-request')
  itRefuses('fingerprint', 'later', 'bad-request')
  for (const id of ['', 'x'.repeat(256), 'a\nb', '\ud800']) itRefuses('message', id, 'bad-request')
  itRefuses('kind', 'movie', 'bad-request')
  itRefuses('chat', 'normal', 'bad-request')
  itRefuses('reply', '', 'bad-request')
  for (const missing of ['message', 'to', 'name', 'size', 'type', 'kind', 'chat'])
    itRefuses(missing, undefined, 'bad-request')

  it('names the field that is wrong', () => {
    const sent = encodeOffer(offer)
    sent.attrs.kind = 'movie'
    expect(refused(() => decodeOffer(sent))).to.equal(
      'bad-request: The request is malformed: kind must be one of image, audio, video, document, file',
    )
  })

  it('takes 0 bytes and 2^53 - 1', () => {
    for (const size of [0, Number.MAX_SAFE_INTEGER]) {
      expect(decodeOffer(encodeOffer({ ...offer, size })).size).to.equal(size)
    }
  })

  it('is refused before it is sent, too', () => {
    expect(refused(() => encodeOffer({ ...offer, size: Number.NaN }))).to.match(/^bad-size/)
    expect(refused(() => encodeOffer({ ...offer, name: '../x' }))).to.match(/^bad-name/)
    expect(refused(() => encodeOffer({ ...offer, to: '' }))).to.match(/^bad-jid/)
    expect(refused(() => encodeOffer({ ...offer, messageId: '' }))).to.match(/^bad-request/)
    expect(refused(() => encodeOffer({ ...offer, intent: { chat: 'chat', caption: '\u0008' } }))).to.match(
      /^bad-request/,
    )
  })

  it('is read with its address and its name prepared', () => {
    const read = decodeOffer(encodeOffer({ ...offer, to: 'BOB@example.ORG', name: 'a\u202Eb' }))
    expect(read).to.include({ to: 'bob@example.org', name: 'ab' })
  })

  it('is not any other element', () => {
    expect(
      refused(() => decodeOffer(element('offer', { ...encodeOffer(offer).attrs, xmlns: 'urn:other' }))),
    ).to.match(/an offer/)
  })

  describe('its intent', () => {
    const withCaption = (caption: string) => () =>
      encodeOffer({ ...offer, intent: { chat: 'chat', caption } })
    const room = 4096 - '{"caption":""}'.length

    it('may have 4096 bytes as JSON, and no more', () => {
      expect(refused(withCaption('x'.repeat(room)))).to.equal('taken')
      expect(refused(withCaption('x'.repeat(room + 1)))).to.match(/^bad-request: .* longer than 4096 bytes/)
    })

    it('is counted in UTF-8 of one to four bytes', () => {
      for (const [character, bytes] of [
        ['x', 1],
        ['é', 2],
        ['€', 3],
        ['😀', 4],
      ] as const) {
        expect(refused(withCaption(character.repeat(Math.floor(room / bytes)))), character).to.equal('taken')
        expect(refused(withCaption(character.repeat(Math.floor(room / bytes) + 1))), character).to.match(
          /^bad-request/,
        )
      }
    })

    it('counts caption and metadata together', () => {
      const intent = { chat: 'chat', caption: 'x'.repeat(2048), metadata: { y: 'y'.repeat(2048) } } as const
      expect(refused(() => encodeOffer({ ...offer, intent }))).to.match(/^bad-request/)
    })

    it('counts the addresses of thumbnail and preview as well', () => {
      const uri = `data:image/png;base64,${'A'.repeat(2000)}`
      const appearance = { thumbnail: { uri }, preview: { url: `https://a/${'b'.repeat(1000)}` } }
      const withWords = (caption: string) => () =>
        encodeOffer({ ...offer, intent: { chat: 'chat', caption, appearance } })
      expect(refused(withWords('x'.repeat(900)))).to.equal('taken')
      expect(refused(withWords('x'.repeat(1100)))).to.match(/^bad-request/)
    })

    it('says nothing of how the file looks when nothing is known', () => {
      expect(decodeOffer(encodeOffer({ ...offer, intent: { chat: 'chat', appearance: {} } }))).to.deep.equal(
        offer,
      )
    })

    itRefuses('width', '-1', 'bad-size')
    itRefuses('duration', '1.5', 'bad-size')

    it('carries metadata that JSON knows and XML does not', () => {
      const metadata = { '\ufffe': '\u0000\uffff\ud800' }
      const sent = encodeOffer({ ...offer, intent: { chat: 'chat', metadata } })
      expect(sent.toString()).not.to.match(/[\ufffe\uffff]/)
      expect(decodeOffer(sent).intent.metadata).to.deep.equal(metadata)
    })

    it('has line feeds for line ends of any kind in its caption (XML 1.0 §2.11)', () => {
      const captioned = encodeOffer({ ...offer, intent: { chat: 'chat', caption: 'a\r\nb\rc' } })
      expect(decodeOffer(captioned).intent.caption).to.equal('a\nb\nc')
    })

    it('is refused when its metadata are no JSON', () => {
      const loop: Record<string, unknown> = {}
      loop.loop = loop
      for (const metadata of [loop, { big: 1n }, [] as never, (() => 1) as never, 'text' as never]) {
        expect(refused(() => encodeOffer({ ...offer, intent: { chat: 'chat', metadata } }))).to.match(
          /^bad-request/,
        )
      }
    })

    for (const text of [
      '',
      '{',
      '[]',
      'null',
      '1',
      '"x"',
      `{"x":"${'x'.repeat(4096)}"}`,
      `${' '.repeat(4096)}{}`,
    ]) {
      it(`is refused when <metadata/> holds ${JSON.stringify(text.slice(0, 10))}`, () => {
        const sent = encodeOffer({ ...offer, intent: { chat: 'chat', metadata: {} } })
        const metadata = sent.getChild('metadata')
        if (metadata) metadata.children = [text]
        expect(refused(() => decodeOffer(sent))).to.match(/^bad-request/)
      })
    }
  })
})
