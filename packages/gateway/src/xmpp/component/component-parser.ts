import { EventEmitter } from 'node:events'
import type { XmlElement } from '@sluice/protocol'
import { StreamError } from '../stream-error.ts'
import { MEMBER_XML, readXml } from '../xml-reader.ts'
import { XMPP } from '../xmpp-namespaces.ts'
import { StreamSplitter } from './stream-splitter.ts'

interface Needs {
  /**
   * A stanza that breaks XML's rules or our bounds, by its start tag; the stream goes on. A user of the server may have
   * written it: ending the stream would let one user cut off all others.
   */
  onUnreadable(stanza: XmlElement, error: StreamError): void
  /** `<stream:error/>` of the server: its condition, and its text for people. */
  onStreamError(condition: string, text: string): void
  /** The server has closed its stream. */
  onEnd(): void
  /** What cannot be read as a stream at all. */
  onFailure(error: unknown): void
}

/** What the stream's root declares, by XEP-0114 §3. */
const AROUND = { '': XMPP.component, stream: XMPP.streams }

/** Reads a component's stream for @xmpp/component, in place of its own parser, which trusts what it reads. Never throws. */
export class ComponentParser extends EventEmitter {
  readonly #needs: Needs
  readonly #splitter: StreamSplitter
  #failed = false

  constructor(needs: Needs) {
    super()
    this.#needs = needs
    this.#splitter = new StreamSplitter({
      // Bytes are never fewer than UTF-16 units: what is longer, the reader would refuse.
      maxFrameChars: MEMBER_XML.maxBytes,
      onHeader: (startTag) => void this.emit('start', readStartTag(startTag)),
      onFrame: (frame) => this.#read(frame),
      onOversized: (startTag) =>
        this.#unreadable(startTag, new StreamError('policy-violation', 'the stanza is too long')),
      onEnd: () => needs.onEnd(),
    })
  }

  write(text: string): void {
    if (this.#failed) return
    try {
      this.#splitter.write(text)
    } catch (error) {
      this.#failed = true
      this.#needs.onFailure(error)
    }
  }

  #read(frame: string): void {
    let element: XmlElement
    try {
      element = readXml(frame, MEMBER_XML, AROUND)
    } catch (error) {
      if (!(error instanceof StreamError)) throw error
      this.#unreadable(frame, error)
      return
    }
    if (element.is('error', XMPP.streams)) this.#streamError(element)
    else this.emit('element', element)
  }

  #unreadable(frame: string, error: StreamError): void {
    let stanza: XmlElement
    try {
      stanza = readStartTag(frame)
    } catch {
      // Not even who sent it can be read: there is nobody to tell.
      return
    }
    this.#needs.onUnreadable(stanza, error)
  }

  #streamError(element: XmlElement): void {
    const condition = element.getChildElements().find((child) => child.getName() !== 'text')
    const text = element.getChildText('text', XMPP.streamErrors) ?? ''
    this.#needs.onStreamError(condition?.getName() ?? 'undefined-condition', text)
  }
}

/** The first tag of a frame, as an element without content. */
function readStartTag(frame: string): XmlElement {
  const [startTag] = /^(<\?[^>]*>\s*)?<(?:[^>"']|"[^"]*"|'[^']*')*>/.exec(frame) ?? []
  if (startTag === undefined) throw new StreamError('not-well-formed')
  return readXml(startTag.replace(/\/?>$/, '/>'), MEMBER_XML, AROUND)
}
