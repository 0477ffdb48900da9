import * as protocol from '@sluice/protocol'
import { NS, REFUSALS, Refusal, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import { EXAMPLES, type Example, FULL } from './examples.ts'
import { parseXml } from './parse-xml.ts'
import { type Block, codes, SECTIONS, section } from './protocol-page.ts'

const blocks = SECTIONS.flatMap((part) => part.blocks)

function blockOf({ block }: Example): Block {
  const found = blocks.find(({ name }) => name === block)
  if (!found) throw new Error(`docs/protocol.md has no example ${block}`)
  return found
}

/** The payload of an iq, or the stanza itself. */
function payloadOf(block: Block): XmlElement {
  const stanza = parseXml(block.content, { layout: 'ignored' })
  const [payload] = stanza.children
  return stanza.is('iq') && typeof payload === 'object' ? payload : stanza
}

function contentOf(example: Example): unknown {
  const block = blockOf(example)
  if (block.language === 'json') return JSON.parse(block.content)
  const payload = payloadOf(block)
  return example.child === undefined ? payload : payload.getChild(example.child)
}

describe('docs/protocol.md', () => {
  for (const example of EXAMPLES) {
    const { block, child, encode, decode, value } = example
    const title = child ? `${child} in the example ${block}` : `the example ${block}`

    if (encode) {
      it(`shows exactly what is encoded: ${title}`, () => {
        const [encoded, shown] = [encode(), contentOf(example)]
        if (blockOf(example).language === 'json') expect(encoded).to.deep.equal(shown)
        else expect(String(encoded)).to.equal(String(shown))
      })
    }

    if (decode) {
      it(`shows what is decoded: ${title}`, () => {
        const decoded = decode(contentOf(example) as never)
        if (value instanceof Refusal)
          expect(decoded).to.deep.include({ code: value.code, details: value.details })
        else expect(decoded).to.deep.equal(value)
      })
    }
  }

  it('has no block that is not an example of ours, and no example twice', () => {
    const named = blocks
      .filter(({ language }) => language === 'xml' || language === 'json')
      .map(({ name }) => name)
    expect(named).to.have.members([...new Set(EXAMPLES.map(({ block }) => block))])
  })

  it('shows each exported codec', () => {
    const codecs = Object.keys(protocol).filter((name) => /^(en|de)code|Json$|Message$|Form$/.test(name))
    expect([...new Set(EXAMPLES.flatMap(({ shows }) => shows))]).to.have.members(codecs)
  })

  it('has a table of attributes for each payload that has any', () => {
    const headings = SECTIONS.filter(({ tables }) => tables.has('attribute')).map(({ heading }) => heading)
    expect(headings).to.have.members([...FULL.keys()])
  })

  for (const [heading, { payload, decode }] of FULL) {
    const rows = section(heading).tables.get('attribute') ?? []

    it(`lists the attributes that ${heading} has, each with an example`, () => {
      const known = Object.keys(payload().attrs).filter((name) => name !== 'xmlns')
      expect(rows.flatMap(([name = '']) => codes(name))).to.have.members(known)
      const shown = section(heading)
        .blocks.map(payloadOf)
        .map((each) => (each.is('message') ? each.getChild('progress') : each))
      expect(shown.flatMap((each) => Object.keys(each?.attrs ?? {}))).to.include.members(known)
      for (const each of shown) expect(each?.getNS()).to.equal(NS.media)
    })

    it(`says which attributes of ${heading} may be left out`, () => {
      for (const [name = '', , note = ''] of rows) {
        const without = payload()
        for (const attribute of codes(name)) delete without.attrs[attribute]
        if (/^(optional|absent)/.test(note)) decode(without)
        else expect(() => decode(without), name).to.throw(Refusal)
      }
    })
  }

  it('shows each iq as it goes to the media service or comes from it, an answer under the id of its request', () => {
    const GETS = ['uploads', 'locate', 'request']
    const iqs = blocks
      .filter(({ language }) => language === 'xml')
      .map(({ content }) => parseXml(content, { layout: 'ignored' }))
      .filter((stanza) => stanza.is('iq'))
    const asks = iqs.filter(({ attrs }) => attrs.type === 'get' || attrs.type === 'set')
    for (const iq of asks) {
      const [payload] = iq.getChildElements()
      expect(iq.attrs, String(iq)).to.deep.include({
        type: GETS.includes(payload?.getName() ?? '') ? 'get' : 'set',
        to: 'media.example.org',
      })
    }
    const ids = asks.map(({ attrs }) => attrs.id)
    expect(ids).to.have.members([...new Set(ids)])
    for (const answer of iqs.filter((iq) => !asks.includes(iq))) {
      expect(answer.attrs.type, String(answer)).to.equal(answer.getChild('error') ? 'error' : 'result')
      expect(answer.attrs.from).to.equal('media.example.org')
      expect(ids).to.include(answer.attrs.id)
    }
  })

  it('lists each refusal as it is spelled on every wire', () => {
    const shown = section('Refusals').tables.get('code')
    const spelled = Object.entries(REFUSALS).map(([code, { condition, type, status, retryable, text }]) => [
      `\`${code}\``,
      `\`${condition}\``,
      type,
      String(status),
      retryable ? 'yes' : 'no',
      text,
    ])
    expect(shown).to.deep.equal(spelled)
  })
})
