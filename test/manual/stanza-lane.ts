/** One direction of a relay: stanzas pass in their order, or wait. */
export class StanzaLane {
  #wanted: { text: string; found: () => void } | undefined
  #held: (() => void)[] | undefined

  /**
   * The next stanza with `text` in it waits, and whatever comes behind it, until `release`. Resolves once it is
   * there.
   */
  hold(text: string): Promise<void> {
    if (this.#held || this.#wanted) throw new Error('A stanza is held or waited for already')
    return new Promise((found) => {
      this.#wanted = { text, found }
    })
  }

  pass(stanza: string, send: (stanza: string) => void): void {
    if (this.#wanted && stanza.includes(this.#wanted.text)) {
      this.#held = []
      this.#wanted.found()
      this.#wanted = undefined
    }
    if (this.#held) this.#held.push(() => send(stanza))
    else send(stanza)
  }

  release(): void {
    const held = this.#held ?? []
    this.clear()
    for (const send of held) send()
  }

  /** Forgets what waits, and that anything should. */
  clear(): void {
    this.#held = undefined
    this.#wanted = undefined
  }
}
