import { element, type XmlElement } from '@sluice/protocol'
import { SaxesParser, type SaxesTagNS } from 'saxes'
import { StreamError } from './stream-error.ts'

export interface XmlLimits {
  /** Of the frame in UTF-8. RFC 6120 §13.12 asks for at least 10,000. */
  readonly maxBytes: number
  /** Elements within each other; the root is the first. */
  readonly maxDepth: number
  readonly maxElements: number
  /** Of one element, namespace declarations included. */
  readonly maxAttributes: number
}

/** Before the login, when anybody may send. */
export const STRANGER_XML: XmlLimits = {
  maxBytes: 10 * 1024,
  maxDepth: 8,
  maxElements: 256,
  maxAttributes: 16,
}
export const MEMBER_XML: XmlLimits = {
  maxBytes: 256 * 1024,
  maxDepth: 32,
  maxElements: 4096,
  maxAttributes: 64,
}

/**
 * Reads one frame as one element, whatever came before: RFC 6120 §11.1 leaves no comments, no processing instructions, no
 * DTD and no entities but XML's five. Names come out without prefixes, each element's namespace as its `xmlns`, so that
 * two spellings of one stanza are the same to whoever looks at it; the namespaces that this repeats may have as many bytes
 * as the frame. An XML declaration is taken (RFC 7395 §3.3.3 only advises against it), but its version changes nothing:
 * the rules are those of XML 1.0. `around` are the namespaces, by prefix, that are declared around the frame. Throws
 * StreamError and nothing else.
 */
export function readXml(
  frame: string,
  limits: XmlLimits,
  around: Readonly<Record<string, string>> = {},
): XmlElement {
  if (Buffer.byteLength(frame) > limits.maxBytes) {
    throw new StreamError('policy-violation', `a frame may have ${limits.maxBytes} bytes`)
  }
  try {
    return parse(frame, limits, around)
  } catch (error) {
    throw error instanceof StreamError ? error : new StreamError('not-well-formed')
  }
}

function parse(
  frame: string,
  { maxAttributes, maxBytes, maxDepth, maxElements }: XmlLimits,
  around: Readonly<Record<string, string>>,
): XmlElement {
  // XML 1.1 has control characters, which end the stream of whoever receives them.
  const version = { defaultXMLVersion: '1.0', forceXMLVersion: true } as const
  const additionalNamespaces = { ...around }
  const parser = new SaxesParser({ xmlns: true, position: false, additionalNamespaces, ...version })
  const open: XmlElement[] = []
  let root: XmlElement | undefined
  let elements = 0
  let attributes = 0
  let namespaceBytes = 0

  const restricted = (what: string) => () => {
    throw new StreamError('restricted-xml', `${what} have no place in XMPP`)
  }
  const addText = (text: string) => open.at(-1)?.append(text)

  parser.on('error', (error) => {
    if (/undefined entity/.test(error.message))
      throw new StreamError('restricted-xml', 'only the five entities of XML are known')
    throw new StreamError('not-well-formed')
  })
  parser.on('doctype', restricted('document types'))
  parser.on('comment', restricted('comments'))
  parser.on('processinginstruction', restricted('processing instructions'))
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8')
      throw new StreamError('unsupported-encoding')
  })
  parser.on('opentagstart', () => {
    attributes = 0
    elements += 1
    if (elements > maxElements)
      throw new StreamError('policy-violation', `a frame may have ${maxElements} elements`)
    if (open.length >= maxDepth)
      throw new StreamError('policy-violation', `elements may nest ${maxDepth} deep`)
  })
  parser.on('attribute', () => {
    attributes += 1
    if (attributes > maxAttributes) {
      throw new StreamError('policy-violation', `an element may have ${maxAttributes} attributes`)
    }
  })
  parser.on('opentag', (tag) => {
    const parent = open.at(-1)
    const opened = toElement(tag, parent?.getNS())
    for (const [name, value] of Object.entries(opened.attrs)) {
      if (name === 'xmlns' || name.startsWith('xmlns:')) namespaceBytes += Buffer.byteLength(value)
    }
    if (namespaceBytes > maxBytes) throw new StreamError('policy-violation', 'the namespaces are too long')
    parent?.append(opened)
    root ??= opened
    open.push(opened)
  })
  parser.on('closetag', () => void open.pop())
  parser.on('text', addText)
  parser.on('cdata', addText)

  parser.write(frame).close()
  if (!root) throw new StreamError('not-well-formed')
  return root
}

function toElement(tag: SaxesTagNS, inherited: string | undefined): XmlElement {
  if (tag.uri === '') throw new StreamError('invalid-namespace', `${tag.local} has no namespace`)
  const attrs: Record<string, string> = {}
  if (tag.uri !== inherited) attrs.xmlns = tag.uri
  for (const { name, prefix, uri, value } of Object.values(tag.attributes)) {
    if (prefix === 'xmlns' || name === 'xmlns') continue
    attrs[name] = value
    if (prefix !== '' && prefix !== 'xml') attrs[`xmlns:${prefix}`] = uri
  }
  return element(tag.local, attrs)
}
