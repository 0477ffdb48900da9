import type { ReceiptEvent } from './inbox.ts'
import type { Message } from './message.ts'

const REMEMBERED = 1_000

/** What became of one's own messages to people, as far as it was told: the newest 1,000 receipts. */
export class ReceiptStates {
  readonly #states = new Map<string, ReceiptEvent['state']>()
  /** Milliseconds since 1970, by JID: what was sent until then was displayed (XEP-0333). */
  readonly #displayedUntil = new Map<string, number>()

  note({ from, msgId, state }: ReceiptEvent): void {
    const key = keyOf(from, msgId)
    if (this.#states.get(key) === 'displayed') return
    this.#states.set(key, state)
    for (const oldest of this.#states.keys()) {
      if (this.#states.size <= REMEMBERED) break
      this.#states.delete(oldest)
    }
  }

  /**
   * The messages of one conversation with their receipts, others as they are; of several pages the newest is to come
   * first.
   */
  applied(messages: readonly Message[]): Message[] {
    for (const message of messages) {
      const { toUserJid: to, msgId, timestamp } = message
      if (this.#states.get(keyOf(to, msgId)) !== 'displayed') continue
      this.#displayedUntil.set(to, Math.max(timestamp, this.#displayedUntil.get(to) ?? 0))
    }
    return messages.map((message) => {
      const { toUserJid: to, msgId, timestamp } = message
      const displayed = timestamp <= (this.#displayedUntil.get(to) ?? -1)
      const receipt = displayed ? 'displayed' : (this.#states.get(keyOf(to, msgId)) ?? message.receipt)
      return receipt === message.receipt ? message : { ...message, receipt }
    })
  }
}

function keyOf(to: string, msgId: string): string {
  return JSON.stringify([to, msgId])
}
