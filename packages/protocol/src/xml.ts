// As xmpp.js does, so that a bundle has one ltx and not two.
import createElement from 'ltx/lib/createElement.js'
import { Refusal } from './refusals.ts'

/** An XML element as ltx and @xmpp/xml build it: the shape that the codecs take and give. */
export interface XmlElement {
  name: string
  attrs: Record<string, string>
  children: (XmlElement | string)[]
  parent: XmlElement | null
  /** True when the local name, and the namespace if one is given, are these. */
  is(name: string, xmlns?: string): boolean
  getName(): string
  getNS(): string | undefined
  getChild(name: string, xmlns?: string): XmlElement | undefined
  getChildren(name: string, xmlns?: string): XmlElement[]
  getChildElements(): XmlElement[]
  getChildText(name: string, xmlns?: string): string | null
  getText(): string
  append(...children: (XmlElement | string)[]): void
  toString(): string
}

// XML 1.0 §2.2: what is not Char. One of them ends the peer's stream, and escaping does not help.
const NOT_CHAR = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu

/**
 * Builds an element; attributes and children that are `undefined` are left out.
 * Refuses (`bad-request`) a character that XML cannot carry.
 */
export function element(
  name: string,
  attrs: Record<string, string | number | undefined> = {},
  ...children: (XmlElement | string | undefined)[]
): XmlElement {
  const present: Record<string, string> = {}
  for (const [key, value] of Object.entries(attrs)) {
    if (value !== undefined) present[key] = carried(String(value), key)
  }
  for (const child of children) if (typeof child === 'string') carried(child, name)
  return createElement(name, present, ...children) as XmlElement
}

/** The text with line feeds for its line ends, as a parser gives it anyway (XML 1.0 §2.11). */
export function xmlLines(text: string): string {
  return text.replace(/\r\n?/g, '\n')
}

/** The text with U+FFFD for each character that XML cannot carry. */
export function xmlSafe(text: string): string {
  return text.replace(NOT_CHAR, '\uFFFD')
}

function carried(text: string, what: string): string {
  if (text.search(NOT_CHAR) >= 0)
    throw new Refusal('bad-request', { reason: `XML cannot carry a character of ${what}` })
  return text
}
