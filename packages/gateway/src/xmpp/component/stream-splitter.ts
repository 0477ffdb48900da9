import { StreamError } from '../stream-error.ts'

interface Listener {
  /** The stream's own start tag. */
  onHeader(startTag: string): void
  /** One element of the stream, whole. */
  onFrame(frame: string): void
  /** One that was longer than allowed: its start tag, or nothing if that was too long itself. */
  onOversized(startTag: string): void
  /** The stream's end tag. */
  onEnd(): void
}

type State =
  | 'text'
  | 'opened'
  | 'declared'
  | 'start-tag'
  | 'end-tag'
  | 'quoted'
  | 'comment'
  | 'cdata'
  | 'instruction'

const ENDS = { comment: '-->', cdata: ']]>', instruction: '?>' } as const

/**
 * Cuts the text of a stream, however it arrives, into the elements within the stream's root. It looks only for where
 * tags begin and end: what is in them is for a strict reader of each frame, so that no user of the server who slips
 * something odd into a stanza ends the stream of all. It keeps `maxFrameChars` UTF-16 units at most, however large or deep
 * an element is. Throws StreamError for what cannot be cut.
 */
export class StreamSplitter {
  readonly #listener: Listener
  readonly #maxFrameChars: number
  #state: State = 'text'
  #quote = ''
  /** Of the markup under way: what was read since its `<`, as far as it matters. */
  #markup = ''
  /** Elements open, the stream's root included. */
  #depth = 0
  #kept = ''
  #oversized = false
  /** Of the frame's own start tag, once that has ended. */
  #headChars = 0
  #ended = false

  constructor(needs: Listener & { maxFrameChars: number }) {
    this.#listener = needs
    this.#maxFrameChars = needs.maxFrameChars
  }

  write(text: string): void {
    let from = 0
    for (let at = 0; at < text.length && !this.#ended; at++) {
      const before = this.#depth
      const tagEnded = this.#step(text[at] as string)
      if (!tagEnded) continue
      // The root's tags, and a tag that ends an element right below the root, end what was kept.
      const isHead = this.#headChars === 0
      if (this.#depth > 1 && !(isHead && before === 1)) continue
      this.#keep(text.slice(from, at + 1))
      from = at + 1
      if (isHead) this.#headChars = this.#kept.length
      if (this.#depth <= 1) this.#deliver(before)
    }
    if (!this.#ended) this.#keep(text.slice(from))
  }

  /** Takes one character; true when a tag has ended with it. */
  #step(character: string): boolean {
    switch (this.#state) {
      case 'text':
        if (character === '<') this.#enter('opened')
        else if (this.#depth <= 1 && !/\s/.test(character)) throw new StreamError('not-well-formed')
        return false
      case 'opened':
        if (character === '!') this.#enter('declared')
        else if (character === '?') this.#enter('instruction')
        else if (character === '/') this.#enter('end-tag')
        else this.#enter('start-tag')
        this.#markup = character
        return false
      case 'declared':
        this.#declared(character)
        return false
      case 'quoted':
        if (character === this.#quote) this.#enter('start-tag')
        return false
      case 'start-tag':
        return this.#inStartTag(character)
      case 'end-tag':
        if (character !== '>') return false
        this.#depth -= 1
        this.#enter('text')
        return true
      default:
        this.#markup = (this.#markup + character).slice(-3)
        if (this.#markup.endsWith(ENDS[this.#state])) this.#enter('text')
        return false
    }
  }

  #enter(state: State): void {
    this.#state = state
    this.#markup = ''
  }

  #inStartTag(character: string): boolean {
    if (character === '"' || character === "'") {
      this.#state = 'quoted'
      this.#quote = character
    } else if (character === '>') {
      // `<a/>` opens nothing.
      if (this.#markup !== '/') this.#depth += 1
      this.#enter('text')
      return true
    }
    this.#markup = character
    return false
  }

  #declared(character: string): void {
    this.#markup += character
    if (this.#markup === '!--') this.#enter('comment')
    else if (this.#markup === '![CDATA[') this.#enter('cdata')
    else if (!'!--'.startsWith(this.#markup) && !'![CDATA['.startsWith(this.#markup))
      throw new StreamError('restricted-xml', 'document types have no place in XMPP')
  }

  #keep(text: string): void {
    if (this.#oversized) return
    this.#kept += text
    // Whitespace between stanzas keeps the connection alive, and is none of them.
    if (this.#depth <= 1 && this.#state === 'text' && this.#kept.trim() === '') this.#kept = ''
    if (this.#kept.length <= this.#maxFrameChars) return
    this.#oversized = true
    this.#kept = this.#kept.slice(0, this.#headChars)
  }

  #deliver(depthBefore: number): void {
    const kept = this.#kept.trim()
    const oversized = this.#oversized
    this.#kept = ''
    this.#oversized = false
    this.#headChars = 0
    if (this.#depth <= 0) {
      this.#ended = true
      if (depthBefore <= 0) throw new StreamError('bad-format', 'a stream has a start tag of its own')
      this.#listener.onEnd()
    } else if (depthBefore === 0) {
      if (oversized) throw new StreamError('policy-violation', 'the start of the stream is too long')
      this.#listener.onHeader(kept)
    } else if (oversized) this.#listener.onOversized(kept)
    else this.#listener.onFrame(kept)
  }
}
