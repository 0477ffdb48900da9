import type { ChatMessage } from '@sluice/protocol'
import type { Clock } from '../clock.ts'
import type { Session } from '../session/session.ts'
import { Patience, persistently } from '../transfers/persistently.ts'
import { Unreachable } from '../unreachable.ts'
import { type Message, messageOf } from './message.ts'
import type { Outbox } from './outbox.ts'

/** A text without what is found out before it is sent. */
export type Text = Omit<ChatMessage, 'chat' | 'receiptRequested'> & { chat: ChatMessage['chat'] | undefined }

interface Needs {
  readonly session: Session
  readonly outbox: Outbox
  readonly clock: Clock
  readonly random: () => number
}

/** Sends text messages to each person or room in the order in which they were given. */
export class TextQueue {
  readonly #needs: Needs
  readonly #closed = new AbortController()
  /** The last one for each recipient: a room that does not answer holds up nobody else. */
  readonly #last = new Map<string, Promise<unknown>>()

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /**
   * Resolves once the server, or the room, has the message; waits for a connection. Rejects with Bounced, with
   * Unreachable when the line is up and still nobody takes it, or when closed.
   */
  send(text: Text): Promise<Message> {
    const turn = (this.#last.get(text.to) ?? Promise.resolve()).then(() => this.#deliver(text))
    const ended = turn.catch(() => {})
    this.#last.set(text.to, ended)
    void ended.then(() => {
      if (this.#last.get(text.to) === ended) this.#last.delete(text.to)
    })
    return turn
  }

  /** What is not sent by now rejects with this reason. */
  close(reason: Error): void {
    this.#closed.abort(reason)
  }

  async #deliver(text: Text): Promise<Message> {
    const { session, outbox, clock } = this.#needs
    const { signal } = this.#closed
    const how = { ...this.#needs, signal }
    const chat =
      text.chat ?? (await persistently({ ...how, online: true }, () => outbox.chatTypeOf(text.to, signal)))
    const message: ChatMessage = { ...text, chat, receiptRequested: chat === 'chat' }
    // A repeat costs nothing: receivers drop it.
    const patience = new Patience(how)
    for (;;) {
      await session.online(signal)
      try {
        await outbox.deliver(message, signal)
        return messageOf(message, { from: session.account, timestamp: clock.now() })
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error
        await patience.afterFailure(error)
      }
    }
  }
}
