import { type ChatMessage, encodeChatMessage } from '@sluice/protocol'
import { type Clock, sleep } from '../clock.ts'
import { Listeners } from '../listeners.ts'
import type { Log } from '../log.ts'
import type { RoomIds } from '../rooms/room-ids.ts'
import type { Rooms } from '../rooms/rooms.ts'
import { isTemporary } from '../session/is-temporary.ts'
import type { Session } from '../session/session.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { Unreachable } from '../unreachable.ts'
import { Bounced, unlessBounced } from './bounced.ts'
import { type Message, messageOf, msgIdOf } from './message.ts'
import { Passages } from './passages.ts'
import type { RepeatFilter } from './repeat-filter.ts'

const ECHO_MS = 30_000

interface Needs {
  readonly session: Session
  readonly rooms: Rooms
  readonly roomIds: RoomIds
  readonly repeats: RepeatFilter
  readonly clock: Clock
  readonly log: Log
}

/** The one way out for messages, to people and to rooms. */
export class Outbox {
  /** Told of each message that its server, or its room, has taken. */
  readonly sent: Listeners<Message>
  readonly #needs: Needs
  readonly #passages: Passages

  constructor(needs: Needs) {
    this.#needs = needs
    this.sent = new Listeners(needs.log)
    this.#passages = new Passages(needs)
  }

  /** See Rooms. */
  chatTypeOf(jid: string, signal: AbortSignal): Promise<'chat' | 'groupchat'> {
    return this.#needs.rooms.chatTypeOf(jid, signal)
  }

  /**
   * Enters the room that a message is for, so that what follows is quick; nothing for a person. Rejects as `deliver`
   * does.
   */
  async prepare({ chat, to }: Pick<ChatMessage, 'chat' | 'to'>, signal: AbortSignal): Promise<void> {
    if (chat === 'groupchat') await this.#enter(to, signal)
  }

  /**
   * Sends a message and resolves once one's own server has it, or in a room once the room has passed it on. Rejects
   * with Bounced when it comes back, with Unreachable when nobody can tell; it may then be sent again, since receivers
   * drop a second one.
   */
  async deliver(message: ChatMessage, signal: AbortSignal): Promise<void> {
    this.#noteOwn(message)
    if (message.chat === 'groupchat') await this.#deliverToRoom(message, signal)
    else await this.#deliverToPerson(message, signal)
    const { session, clock } = this.#needs
    this.sent.emit(messageOf(message, { from: session.account, timestamp: clock.now() }))
  }

  async #deliverToPerson(message: ChatMessage, signal: AbortSignal): Promise<void> {
    const { session } = this.#needs
    // Who may be told that it was got may be told that it was seen.
    const stanza = encodeChatMessage({ ...message, markable: message.receiptRequested })
    await unlessBounced({ session, message }, (over) =>
      session.deliver(stanza, AbortSignal.any([signal, over])),
    )
  }

  /** Neither a carbon of it nor its echo is shown: the app has it from its own call. */
  #noteOwn(message: ChatMessage): void {
    const { repeats, session, log } = this.#needs
    repeats.isNew({ sender: session.account, id: msgIdOf(message) })
    repeats.save().catch((error: unknown) => log('error', 'a message was not remembered', { error }))
  }

  async #deliverToRoom(message: ChatMessage, signal: AbortSignal): Promise<void> {
    const { session } = this.#needs
    const passage = this.#passages.of(message)
    const send = async (over: AbortSignal) => {
      await this.#enter(message.to, signal)
      over.throwIfAborted()
      // What went out before the line was lost is in what the room repeats.
      if (passage.hasArrived || this.#passages.wasPassedOnEarlier(message)) return
      await session.send(encodeChatMessage(this.#inRoomTerms(message)))
      await this.#patiently(passage.arrival, message.to, AbortSignal.any([signal, over]))
    }
    try {
      await unlessBounced({ session, message }, send)
    } catch (error) {
      // XEP-0045 §7.4: said to whom the room does not know, so it is entered again, once.
      const isForgotten = error instanceof Bounced && error.condition === 'not-acceptable'
      if (isForgotten && !passage.wasUnaccepted) {
        passage.wasUnaccepted = true
        this.#needs.rooms.doubt(message.to)
        throw new Unreachable('The room does not know us any more', { cause: error })
      }
      if (!(error instanceof Unreachable)) this.#passages.end(message)
      throw error
    }
    this.#passages.end(message)
  }

  async #enter(room: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#needs.rooms.join(room, { signal })
    } catch (error) {
      if (!(error instanceof StanzaRefused)) throw error
      if (isTemporary(error)) throw new Unreachable('The room cannot be entered now', { cause: error })
      throw new Bounced(error)
    }
  }

  /** Waits for the arrival as long as the line is up and a room may be expected to take. */
  async #patiently(arrival: Promise<void>, room: string, signal: AbortSignal): Promise<void> {
    const { session, rooms, clock } = this.#needs
    const over = new AbortController()
    let remove = () => {}
    const lost = new Promise<never>((_, reject) => {
      remove = session.states.add(() => reject(new Unreachable('The stream was closed')))
    })
    const late = sleep(clock, ECHO_MS, AbortSignal.any([signal, over.signal])).then(() => {
      rooms.doubt(room)
      throw new Unreachable('The room does not pass the message on')
    })
    late.catch(() => {})
    try {
      await Promise.race([arrival, lost, late])
    } finally {
      remove()
      over.abort()
    }
  }

  /** XEP-0461 §3.1: in a room the answered message goes by the id that the room gave it. XEP-0184 §5.3: no receipts. */
  #inRoomTerms(message: ChatMessage): ChatMessage {
    const { to, replyTo } = message
    const answered = replyTo && this.#needs.roomIds.byMsgId(to, replyTo.id)
    return {
      ...message,
      receiptRequested: false,
      ...(answered && { replyTo: { id: answered.stanzaId, to: answered.occupant } }),
    }
  }
}
