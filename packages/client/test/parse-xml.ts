import type { XmlElement } from '@sluice/protocol'
import parse from 'ltx/lib/parse.js'

/** One element, laid out as suits a test: whitespace that only indents is dropped. */
export function parseXml(text: string): XmlElement {
  return parse(text.replace(/>\s*\n\s*</g, '><').trim())
}
