import {
  type ChatMessage,
  decodeChatMessage,
  decodeChatState,
  decodeReceipt,
  encodeReceipt,
  type Receipt,
  type XmlElement,
} from '@sluice/protocol'
import type { Clock } from '../clock.ts'
import { Listeners } from '../listeners.ts'
import type { Log } from '../log.ts'
import type { RoomIds } from '../rooms/room-ids.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Session } from '../session/session.ts'
import { carbonOf } from './carbon.ts'
import { bareJid, type Message, messageOf, msgIdOf } from './message.ts'
import type { MessageHistory } from './message-history.ts'
import type { RepeatFilter } from './repeat-filter.ts'
import { RoomRepeats } from './room-repeats.ts'

export interface Presence {
  /** Bare JID; in a room the occupant. */
  readonly fromUserJid: string
  readonly status: 'online' | 'offline'
  /** RFC 6121 §4.7.2: `away`, `chat`, `dnd` or `xa`. */
  readonly show?: string | undefined
}

export interface Typing {
  /** Bare JID; in a room the occupant. */
  readonly fromUserJid: string
  /** XEP-0085. */
  readonly status: 'composing' | 'paused'
}

/** What became of a message. */
export interface ReceiptEvent {
  readonly msgId: string
  /**
   * Bare JID of who got it; in a room the occupant. One's own account: another device of it has displayed what somebody
   * else sent.
   */
  readonly from: string
  /** One of their devices has it, or a person has seen it and all before it. */
  readonly state: Receipt['state']
}

interface Needs {
  session: Session
  rooms: Rooms
  roomIds: RoomIds
  repeats: RepeatFilter
  history: MessageHistory
  clock: Clock
  log: Log
}

/**
 * What comes in: messages once each, those of other devices of the account among them; receipts, presence, typing. Of rooms only
 * what joined ones say.
 */
export class Inbox {
  readonly messages: Listeners<Message>
  readonly presences: Listeners<Presence>
  readonly typings: Listeners<Typing>
  readonly receipts: Listeners<ReceiptEvent>
  readonly #needs: Needs
  readonly #roomRepeats = new RoomRepeats()
  #lastShown: Promise<void> = Promise.resolve()
  #closed = false
  #forgotten = false

  constructor(needs: Needs) {
    this.#needs = needs
    this.messages = new Listeners(needs.log)
    this.presences = new Listeners(needs.log)
    this.typings = new Listeners(needs.log)
    this.receipts = new Listeners(needs.log)
    needs.session.stanzas.add((stanza) => this.#receive(stanza))
  }

  /**
   * Takes nothing more, and resolves when all that came has been shown and remembered: the server gives it to
   * nobody again. With `forget` what waits is not shown any more. Never rejects.
   */
  async close({ forget }: { forget: boolean }): Promise<void> {
    this.#closed = true
    this.#forgotten ||= forget
    await this.#lastShown
    await this.#saveRepeats()
  }

  #receive(stanza: XmlElement): unknown {
    if (this.#closed) return
    if (stanza.is('presence')) return this.#receivePresence(stanza)
    if (!stanza.is('message')) return
    const copied = carbonOf(stanza, this.#needs.session.account)
    if (copied === 'forged') return this.#needs.log('warn', 'a forged copy of a message was dropped')
    this.#receiveReceipt(copied ?? stanza)
    // Receipts are given by the device that a message was for.
    if (copied) return this.#receiveMessage(copied)
    this.#receiveTyping(stanza)
    return this.#receiveMessage(stanza, { isFirst: true })
  }

  #receiveMessage(stanza: XmlElement, { isFirst = false } = {}): Promise<void> {
    const { session, rooms, clock, repeats } = this.#needs
    const decoded = decodeChatMessage(stanza)
    const chat = decoded?.chat === 'groupchat' ? this.#fromRoom(decoded) : decoded
    if (!chat) return Promise.resolve()
    const message = messageOf(chat, {
      from: session.account,
      timestamp: clock.now(),
      isRoom: (bare) => rooms.holds(bare),
    })
    // A stanza's own id tells nothing: it is unique within its stream at most (RFC 6120 §8.1.3). Who forges the id of
    // an archive gets at nobody's messages but the own.
    const archive = chat.chat === 'groupchat' ? message.toUserJid : session.account
    const id = lastingId(archive, chat)
    const isRepeat =
      id !== undefined
        ? !repeats.isNew({ sender: message.fromUserJid, id })
        : chat.chat === 'groupchat' &&
          this.#roomRepeats.isRepeat(archive, { ...chat, from: stanza.attrs.from })
    if (isRepeat) return Promise.resolve()
    if (isFirst && chat.receiptRequested) this.#acknowledge(stanza)
    // One after the other, so that none is shown before an earlier one.
    this.#lastShown = this.#lastShown.then(() => this.#show(message))
    return this.#lastShown
  }

  /** In the terms of apps: sent to the room, by an occupant or oneself, and answering a message by its msgId. */
  #fromRoom(chat: ChatMessage): ChatMessage | undefined {
    const { rooms, roomIds, session } = this.#needs
    const { from = '', replyTo } = chat
    const room = bareJid(from)
    // The room itself only announces.
    if (!rooms.holds(room) || from === room) return undefined
    const stanzaId = stanzaIdBy(room, chat)
    const msgId = msgIdOf(chat)
    if (stanzaId !== undefined && msgId !== '') roomIds.note({ room, msgId, stanzaId, occupant: from })
    const answered = replyTo && roomIds.byStanzaId(room, replyTo.id)
    return {
      ...chat,
      to: room,
      from: this.#isOwn(room, chat) ? session.account : from,
      receiptRequested: false,
      ...(answered && { replyTo: { id: answered.msgId } }),
    }
  }

  /** What is repeated may be by whoever had the nickname then: own is what is known to be. */
  #isOwn(room: string, chat: ChatMessage): boolean {
    const { rooms, repeats, session } = this.#needs
    if (!rooms.isOwn(chat.from ?? '')) return false
    const id = lastingId(room, chat)
    return !chat.delayedSince || (id !== undefined && repeats.has({ sender: session.account, id }))
  }

  async #show(message: Message): Promise<void> {
    const { history, log } = this.#needs
    if (this.#forgotten) return
    try {
      // Remembered before it is shown, so that a listener can download at once.
      if (message.msgId !== '') await history.remember(message)
    } catch (error) {
      log('error', 'a message was not remembered', { error })
    }
    if (this.#forgotten) return
    this.messages.emit(message)
    void this.#saveRepeats()
  }

  async #saveRepeats(): Promise<void> {
    const { repeats, roomIds, log } = this.#needs
    try {
      await Promise.all([repeats.save(), roomIds.save()])
    } catch (error) {
      log('error', 'a message was not remembered', { error })
    }
  }

  /** XEP-0184 §5.4: the receipt carries the id of the stanza, which need not be the origin-id. */
  #acknowledge({ attrs: { id, from } }: XmlElement): void {
    if (!id || !from || bareJid(from) === this.#needs.session.account) return
    const receipt = encodeReceipt({ to: from, chat: 'chat', id, state: 'received' })
    this.#needs.session.send(receipt).catch((error: unknown) => {
      this.#needs.log('debug', 'a receipt did not go out', { error })
    })
  }

  #receiveReceipt(stanza: XmlElement): void {
    const { rooms, roomIds, session } = this.#needs
    const { type, from = session.account } = stanza.attrs
    const receipt = decodeReceipt(stanza)
    if (!receipt) return
    const { id, state } = receipt
    const room = type === 'groupchat' ? bareJid(from) : undefined
    if (room !== undefined && !rooms.holds(room)) return
    const msgId = (room !== undefined && roomIds.byStanzaId(room, id)?.msgId) || id
    this.receipts.emit({ msgId, from: rooms.isOwn(from) ? session.account : this.#whoIs(from), state })
  }

  #receivePresence(stanza: XmlElement): void {
    const { type, from } = stanza.attrs
    if (!from || (type !== undefined && type !== 'unavailable')) return
    const show = stanza.getChildText('show')
    this.presences.emit({
      fromUserJid: this.#whoIs(from),
      status: type === undefined ? 'online' : 'offline',
      ...(show !== null && { show }),
    })
  }

  #receiveTyping(stanza: XmlElement): void {
    const { from } = stanza.attrs
    const status = decodeChatState(stanza)
    if (!from || !status || status === 'active' || this.#needs.rooms.isOwn(from)) return
    this.typings.emit({ fromUserJid: this.#whoIs(from), status })
  }

  #whoIs(from: string): string {
    return this.#needs.rooms.holds(bareJid(from)) ? from : bareJid(from)
  }
}

function lastingId(archive: string, chat: ChatMessage): string | undefined {
  return chat.originId ?? stanzaIdBy(archive, chat)
}

function stanzaIdBy(by: string, { stanzaIds }: ChatMessage): string | undefined {
  return stanzaIds?.find((given) => given.by === by)?.id
}
