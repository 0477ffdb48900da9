declare module 'ltx/lib/parse.js' {
  import type { XmlElement } from '@sluice/protocol'

  /** Throws when the text is not one element. */
  export default function parse(text: string): XmlElement
}
