/** Bytes, as the SDK tells them. */
export interface Figures {
  readonly sent: number
  readonly committed: number
  readonly total: number
}

/** Where a stopped transfer went on, in bytes. */
export interface WentOn {
  readonly at: number
  /** How many of those that were safe already. */
  readonly again: number
}

/**
 * Watches one transfer through its troubles: where it stood, where it went on, and what that cost. A transfer begins
 * anew with each request for its bytes, from where it then stands.
 */
export class Passage {
  /** What is known to be safe: committed by the gateway, or held by the one who downloads. */
  #safe: number
  #last: Figures | undefined
  #start: { at: number; safe: number } | undefined
  #trouble: 'none' | 'lasts' | 'settled' = 'none'

  constructor({ safe = 0 }: { safe?: number } = {}) {
    this.#safe = safe
  }

  get safe(): number {
    return this.#safe
  }

  /** From now on it may stand still, until it went on. */
  trouble(): void {
    this.#trouble = 'lasts'
    this.#start = undefined
  }

  /** What troubled it is over: from now on it may go on. */
  settle(): void {
    if (this.#trouble === 'lasts') this.#trouble = 'settled'
  }

  /** A request for its bytes goes out. */
  request(): void {
    // What was sent beyond it may not have arrived, and is no place to go on at.
    if (this.#last) this.#begin(this.#last.committed)
  }

  /** Answers once for each trouble, with the first bytes that moved after it. */
  progress(figures: Figures): WentOn | undefined {
    const before = this.#last
    this.#last = figures
    // The gateway has less than was sent, or just that; or, after a reload, the first that is heard of it.
    const isFresh = before && (figures.sent < before.sent || isEven(figures, before))
    if (isFresh || !before) this.#begin(figures.committed)
    const moved = !before || figures.sent > (this.#start?.at ?? figures.sent)
    const wentOn = this.#trouble === 'settled' && moved ? this.#start : undefined
    this.#safe = Math.max(this.#safe, figures.committed)
    if (!wentOn) return undefined
    this.#trouble = 'none'
    return { at: wentOn.at, again: Math.max(0, wentOn.safe - wentOn.at) }
  }

  #begin(at: number): void {
    this.#start = { at, safe: this.#safe }
  }
}

/** All that was sent is committed, and nothing more was sent since: it stands at the start of a request. */
function isEven({ sent, committed }: Figures, before: Figures): boolean {
  return sent === committed && sent === before.sent
}
