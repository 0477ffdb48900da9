import { expect } from 'chai'
import fc from 'fast-check'
import { StreamError } from './stream-error.ts'
import { MEMBER_XML, readXml, STRANGER_XML } from './xml-reader.ts'

const refusal = (frame: string, limits = MEMBER_XML): string => {
  try {
    return readXml(frame, limits).toString()
  } catch (error) {
    if (error instanceof StreamError) return error.condition
    throw error
  }
}

const nested = (depth: number) => `${'<a xmlns="n">'.repeat(depth)}${'</a>'.repeat(depth)}`
const elements = (count: number) => `<a xmlns="n">${'<b/>'.repeat(count - 1)}</a>`
// Each namespace is written once, and once again for each child.
const prefixed = (length: number, children: string) =>
  `<a xmlns="n" xmlns:p="${'m'.repeat(length)}">${children}</a>`
const attributes = (count: number) =>
  `<a xmlns="n" ${Array.from({ length: count - 1 }, (_, index) => `b${index}="x"`).join(' ')}/>`

describe('readXml', () => {
  describe('takes', () => {
    const taken: [what: string, frame: string, same: string][] = [
      [
        'an element with text, attributes and children',
        '<a xmlns="n" b="1">x<c/>y</a>',
        '<a xmlns="n" b="1">x<c/>y</a>',
      ],
      [
        'the five entities and character references',
        '<a xmlns="n" b="&lt;&#x41;">&amp;&gt;&quot;&apos;&#66;</a>',
        '<a xmlns="n" b="&lt;A">&amp;&gt;"\'B</a>',
      ],
      ['CDATA, as text', '<a xmlns="n"><![CDATA[<b>&]]></a>', '<a xmlns="n">&lt;b&gt;&amp;</a>'],
      [
        'prefixes, without them',
        '<p:a xmlns:p="n" xmlns:q="m"><q:b p:c="1"/></p:a>',
        '<a xmlns="n"><b xmlns="m" p:c="1" xmlns:p="n"/></a>',
      ],
      ['xml:lang', '<a xmlns="n" xml:lang="de"/>', '<a xmlns="n" xml:lang="de"/>'],
      ['an XML declaration', '<?xml version="1.0" encoding="UTF-8"?><a xmlns="n"/>', '<a xmlns="n"/>'],
      ['white space around the root', '\n<a xmlns="n"/> ', '<a xmlns="n"/>'],
      ['characters outside of the basic plane', '<a xmlns="n">\u{1F600}</a>', '<a xmlns="n">\u{1F600}</a>'],
      [
        'an attribute that is called as what every object has',
        '<a xmlns="n" hasOwnProperty="x" constructor="y"/>',
        '<a xmlns="n" hasOwnProperty="x" constructor="y"/>',
      ],
    ]
    for (const [what, frame, same] of taken) {
      it(what, () => expect(readXml(frame, MEMBER_XML).toString()).to.equal(same))
    }
  })

  describe('refuses', () => {
    const refused: [what: string, frame: string, condition: string][] = [
      ['malformed XML: a tag that is not closed', '<a xmlns="n">', 'not-well-formed'],
      ['malformed XML: tags that overlap', '<a xmlns="n"><b></a></b>', 'not-well-formed'],
      ['malformed XML: no element at all', 'hello', 'not-well-formed'],
      ['malformed XML: an attribute twice', '<a xmlns="n" b="1" b="2"/>', 'not-well-formed'],
      ['malformed XML: a control character', '<a xmlns="n">\u0001</a>', 'not-well-formed'],
      [
        'malformed XML: a control character that XML 1.1 would have',
        '<?xml version="1.1"?><a xmlns="n">&#1;</a>',
        'not-well-formed',
      ],
      ['malformed XML: a reference to no character', '<a xmlns="n">&#0;</a>', 'not-well-formed'],
      ['malformed XML: half of a surrogate pair', '<a xmlns="n">\uD83D</a>', 'not-well-formed'],
      ['malformed XML: an unknown prefix', '<p:a/>', 'not-well-formed'],
      ['a second root in a frame', '<a xmlns="n"/><b xmlns="n"/>', 'not-well-formed'],
      ['text outside of the root', '<a xmlns="n"/>x', 'not-well-formed'],
      ['a DOCTYPE', '<!DOCTYPE a><a xmlns="n"/>', 'restricted-xml'],
      ['a DOCTYPE with entities', '<!DOCTYPE a [<!ENTITY b "c">]><a xmlns="n">&b;</a>', 'restricted-xml'],
      ['a DOCTYPE that swallows what follows', '<!DOCTYPE a [<a xmlns="n"/>', 'not-well-formed'],
      ['a foreign entity', '<a xmlns="n">&nbsp;</a>', 'restricted-xml'],
      [
        'an entity that is called as what every object has',
        '<a xmlns="n">&constructor;</a>',
        'restricted-xml',
      ],
      ['a comment', '<a xmlns="n"><!-- b --></a>', 'restricted-xml'],
      ['a processing instruction', '<a xmlns="n"><?b c?></a>', 'restricted-xml'],
      ['a processing instruction before the root', '<?b c?><a xmlns="n"/>', 'restricted-xml'],
      ['another encoding', '<?xml version="1.0" encoding="UTF-16"?><a xmlns="n"/>', 'unsupported-encoding'],
      ['an element without a namespace', '<a/>', 'invalid-namespace'],
      ['a namespace that is taken off', '<a xmlns="n"><b xmlns=""/></a>', 'invalid-namespace'],
      ['deeply nested XML', nested(33), 'policy-violation'],
      ['200,000 elements within each other', nested(200_000).slice(0, 200_000), 'policy-violation'],
      ['too many attributes', attributes(65), 'policy-violation'],
      ['too many elements', elements(4097), 'policy-violation'],
      [
        'a long namespace that many elements have by a prefix',
        prefixed(100_000, '<p:b/>'.repeat(3)),
        'policy-violation',
      ],
      [
        'a long namespace that many attributes have by a prefix',
        prefixed(100_000, '<b p:c="1"/>'.repeat(3)),
        'policy-violation',
      ],
      ['oversized XML', `<a xmlns="n">${'x'.repeat(256 * 1024)}</a>`, 'policy-violation'],
      [
        'oversized XML that is short in characters',
        `<a xmlns="n">${'\u20AC'.repeat(100 * 1024)}</a>`,
        'policy-violation',
      ],
    ]
    for (const [what, frame, condition] of refused) {
      it(`${what}: ${condition}`, () => expect(refusal(frame)).to.equal(condition))
    }
  })

  it('takes what is just within the limits', () => {
    const long = `<a xmlns="n">${'x'.repeat(256 * 1024 - 17)}</a>`
    const namespaces = [prefixed(100_000, '<p:b/>'.repeat(2)), prefixed(100_000, '<b p:c="1"/>'.repeat(2))]
    for (const frame of [nested(32), attributes(64), elements(4096), long, ...namespaces]) {
      expect(refusal(frame)).to.match(/^<a /)
    }
  })

  it('reads XML 1.1 by the rules of XML 1.0', () => {
    expect(refusal('<?xml version="1.1"?><a xmlns="n">\u0085</a>')).to.equal('<a xmlns="n">\u0085</a>')
  })

  it('takes less from strangers', () => {
    const long = `<a xmlns="n">${'x'.repeat(10 * 1024)}</a>`
    for (const frame of [long, elements(257)]) {
      expect(refusal(frame, STRANGER_XML)).to.equal('policy-violation')
      expect(refusal(frame)).to.match(/^<a /)
    }
  })

  it('throws nothing but a StreamError, whatever comes', () => {
    const pieces = fc.constantFrom(
      ...[
        '<a xmlns="n">',
        '</a>',
        '<b',
        ' c="',
        '"',
        '/>',
        '>',
        '<',
        '&',
        '&amp;',
        ';',
        '<!DOCTYPE a [',
        ']>',
        '<![CDATA[',
        ']]>',
      ],
      ...[
        '<!--',
        '-->',
        '<?xml version="1.0"?>',
        '?>',
        'xmlns:p="m"',
        'p:',
        '\u0000',
        '\uD83D',
        '\u{1F600}',
        '__proto__="x"',
      ],
    )
    const frames = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 30 })
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(frames, (frame) => {
        refusal(frame)
      }),
      { numRuns: 2000 },
    )
  })

  it('reads again what it has written', () => {
    const names = fc.constantFrom('a', 'b', 'c')
    const texts = fc
      .string({ unit: 'grapheme' })
      .filter((text) => !/[^\t\n\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text))
    const elementOf = (children: fc.Arbitrary<string[]>) =>
      fc.tuple(names, fc.constantFrom('n', 'm'), texts, children).map(([name, xmlns, text, inner]) => {
        const escaped = text.replace(/[&<>]/g, (character) => `&#${character.codePointAt(0)};`)
        return `<${name} xmlns="${xmlns}">${escaped}${inner.join('')}</${name}>`
      })
    const leaf = elementOf(fc.constant([]))
    const branch = elementOf(fc.array(leaf, { maxLength: 3 }))
    const frame = elementOf(fc.array(fc.oneof(leaf, branch), { maxLength: 3 }))
    fc.assert(
      fc.property(frame, (text) => {
        const once = refusal(text)
        expect(refusal(once)).to.equal(once)
      }),
    )
  })
})
