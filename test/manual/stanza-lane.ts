/** One direction of a relay: stanzas pass in their order, wait, or get lost. */
export class StanzaLane {
  #wanted: { text: string; found: () => void } | undefined
  #held: (() => void)[] | undefined
  #losing: { texts: readonly string[]; lost: () => void } | undefined

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

  /** Stanzas with one of the texts in them are lost from now on, until `release`. Resolves when the first was. */
  lose(texts: readonly string[]): Promise<void> {
    return new Promise((lost) => {
      this.#losing = { texts, lost }
    })
  }

  pass(stanza: string, send: (stanza: string) => void): void {
    if (this.#losing?.texts.some((text) => stanza.includes(text))) {
      this.#losing.lost()
      return
    }
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

  /** Forgets what waits, and that anything should wait or get lost. */
  clear(): void {
    this.#held = undefined
    this.#wanted = undefined
    this.#losing = undefined
  }
}
