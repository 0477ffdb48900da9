import type { ChatMessage } from '@sluice/protocol'
import type { Clock } from '../clock.ts'
import type { Session } from '../session/session.ts'
import { Unreachable } from '../unreachable.ts'
import { deliverMessage } from './delivery.ts'
import { type Message, messageOf } from './message.ts'

/** Sends text messages in the order in which they were given, each after the one before is with the server. */
export class TextQueue {
  readonly #session: Session
  readonly #clock: Clock
  readonly #closed = new AbortController()
  #last: Promise<unknown> = Promise.resolve()

  constructor(needs: { session: Session; clock: Clock }) {
    this.#session = needs.session
    this.#clock = needs.clock
  }

  /** Resolves once the server has the message; waits for a connection. Rejects with Bounced, or when closed. */
  send(chat: ChatMessage): Promise<Message> {
    const message = messageOf(chat, { from: this.#session.account, timestamp: this.#clock.now() })
    const turn = this.#last.then(() => this.#deliver(chat)).then(() => message)
    this.#last = turn.catch(() => {})
    return turn
  }

  /** What is not sent by now rejects with this reason. */
  close(reason: Error): void {
    this.#closed.abort(reason)
  }

  // A repeat costs nothing (receivers drop it), and each needs a stream that was opened anew in between.
  async #deliver(chat: ChatMessage): Promise<void> {
    const { signal } = this.#closed
    for (;;) {
      await this.#session.online(signal)
      try {
        return await deliverMessage(this.#session, chat, signal)
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error
      }
    }
  }
}
