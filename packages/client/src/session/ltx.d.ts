declare module 'ltx' {
  import type { XmlElement } from '@sluice/protocol'

  /** Throws when the text is not one element. */
  export function parse(text: string): XmlElement
}
