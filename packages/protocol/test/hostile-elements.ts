import { element, type XmlElement } from '@sluice/protocol'
import fc from 'fast-check'
import { text } from './arbitraries.ts'

const NAMES = [
  'offer',
  'slot',
  'progress',
  'upload',
  'uploads',
  'cancel',
  'locate',
  'location',
  'message',
  'body',
  'x',
  'url',
  'file-sharing',
  'file',
  'sources',
  'url-data',
  'hash',
  'thumbnail',
  'fallback',
  'reply',
  'metadata',
  'error',
  'refusal',
  'text',
  'request',
  'put',
  'get',
  'header',
  'file-too-large',
  'max-file-size',
  'media',
  'caption',
  'name',
  'size',
  'desc',
  'delay',
  'origin-id',
  'stanza-id',
  'cancelled',
  'discarded',
  'delete',
  'received',
  'displayed',
  'markable',
  'composing',
  'item',
  'group',
  'resume',
  'claim',
  'sent',
]
const ATTRIBUTES = [
  'id',
  'upload',
  'message',
  'media',
  'size',
  'committed',
  'expires',
  'name',
  'type',
  'kind',
  'to',
  'hash',
  'url',
  'uri',
  'target',
  'code',
  'start',
  'end',
  'stamp',
  'by',
  'for',
  'algo',
  'width',
  'duration',
  'filename',
  'jid',
  'subscription',
  'ask',
  '__proto__',
  'constructor',
]

/** Elements of every shape, with the names and namespaces that the codecs look for. */
export function trees(namespaces: readonly string[]): fc.Arbitrary<XmlElement> {
  const attrs = fc.dictionary(
    fc.constantFrom(...ATTRIBUTES),
    fc.oneof(text(20), fc.constantFrom('0', '-1', 'image', 'chat')),
  )
  const { tree } = fc.letrec<{ tree: XmlElement }>((tie) => ({
    tree: fc
      .tuple(
        fc.constantFrom(...NAMES),
        fc.option(fc.constantFrom(...namespaces), { nil: undefined }),
        attrs,
        fc.array(fc.oneof({ depthSize: 'small' }, text(20), tie('tree')), { maxLength: 4 }),
      )
      .map(([name, xmlns, attributes, children]) => element(name, { xmlns, ...attributes }, ...children)),
  }))
  return tree
}

/** A valid element with one thing broken: an attribute or a child lost, doubled or overwritten. */
export function mutated(valid: fc.Arbitrary<XmlElement>): fc.Arbitrary<XmlElement> {
  const nonsense = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('', '-1', '1e3', '9007199254740992', '2026-13-01', '[]', 'null', '{"a":'),
  )
  return fc
    .tuple(valid, fc.nat(), fc.nat(), fc.constantFrom('drop', 'overwrite', 'double'), nonsense)
    .map(([root, where, which, how, text]) => {
      const target = everyElement(root)[where % everyElement(root).length] ?? root
      const attributes = Object.keys(target.attrs)
      const position = which % (attributes.length + target.children.length + 1)
      const attribute = attributes[position]
      const child = position - attributes.length
      if (attribute !== undefined) {
        if (how === 'drop') delete target.attrs[attribute]
        else target.attrs[attribute] = text
      } else if (how === 'drop') target.children.splice(child, 1)
      else if (how === 'overwrite') target.children[child] = text
      else target.children.push(...target.children.slice(child, child + 1))
      return root
    })
}

function everyElement(root: XmlElement): XmlElement[] {
  return [root, ...root.children.flatMap((child) => (typeof child === 'object' ? everyElement(child) : []))]
}
