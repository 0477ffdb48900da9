const REPEAT_MS = 10_000
const PAUSE_MS = 4_000

type ChatState = 'composing' | 'paused' | 'active'

/** Says that somebody types (XEP-0085): at the first key, now and then while it goes on, and when it is over. */
export class TypingNews {
  readonly #tell: (state: ChatState) => void
  #toldAt = -Infinity
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(tell: (state: ChatState) => void) {
    this.#tell = tell
  }

  typed(hasText: boolean): void {
    clearTimeout(this.#timer)
    if (hasText) this.#composing()
    else this.paused()
  }

  paused(): void {
    this.#end('paused')
  }

  /** The message itself says that it is written. */
  sent(): void {
    this.#end('active')
  }

  stop(): void {
    this.#end('paused')
  }

  #composing(): void {
    this.#timer = setTimeout(() => this.paused(), PAUSE_MS)
    if (performance.now() - this.#toldAt < REPEAT_MS) return
    this.#toldAt = performance.now()
    this.#tell('composing')
  }

  #end(state: ChatState): void {
    clearTimeout(this.#timer)
    if (this.#toldAt === -Infinity) return
    this.#toldAt = -Infinity
    this.#tell(state)
  }
}
