import { type ChatState, encodeChatState, encodeReceipt } from '@sluice/protocol'
import type { Log } from '../log.ts'
import type { AccountStore } from '../persistence/store.ts'
import type { RoomIds } from '../rooms/room-ids.ts'
import type { Rooms } from '../rooms/rooms.ts'
import { isTemporary } from '../session/is-temporary.ts'
import type { Session } from '../session/session.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { Archive } from './archive.ts'
import { ArchiveFinder } from './archive-finder.ts'
import { ArchiveReader } from './archive-reader.ts'
import { type History, readHistory } from './history.ts'
import type { ReceiptEvent } from './inbox.ts'
import { KeptConversations } from './kept-conversations.ts'
import type { Message } from './message.ts'
import type { MessageHistory } from './message-history.ts'
import { ReceiptStates } from './receipt-states.ts'
import type { RepeatFilter } from './repeat-filter.ts'

interface Needs {
  readonly session: Session
  readonly rooms: Rooms
  readonly roomIds: RoomIds
  readonly repeats: RepeatFilter
  readonly history: MessageHistory
  readonly store: AccountStore
  readonly log: Log
}

/** What only those need who show conversations; loaded when it is first used. */
export class Conversations {
  readonly archive: Archive
  readonly #needs: Needs
  readonly #reader: ArchiveReader
  readonly #receipts: ReceiptStates
  readonly #kept: KeptConversations

  constructor(needs: Needs) {
    const { account } = needs.session
    this.#needs = needs
    this.archive = new Archive(needs)
    this.#reader = new ArchiveReader(needs)
    this.#receipts = new ReceiptStates()
    const archives = new ArchiveFinder(needs)
    this.#kept = new KeptConversations({ ...needs, account, archives, receipts: this.#receipts })
  }

  /** Takes a message that was sent or received, for an account or a room without an archive. */
  keep(message: Message): Promise<void> {
    return this.#kept.keep(message)
  }

  /** Takes what became of a message of one's own. */
  async note(receipt: ReceiptEvent): Promise<void> {
    if (receipt.from === this.#needs.session.account) return
    this.#receipts.note(receipt)
    await this.#kept.mark(receipt.from)
  }

  /**
   * A page of one conversation, oldest first: from the server's archive, or what this store kept where there is none.
   * Rejects with Unreachable, StanzaRefused, or the signal's reason.
   */
  async list(
    { with: peer, before, max }: { with: string; before: string | undefined; max: number },
    signal: AbortSignal,
  ): Promise<History> {
    await this.#needs.session.online(signal)
    const chat = await this.#chatTypeOf(peer, signal)
    const isRoom = chat === 'groupchat'
    try {
      const how = { ...this.#needs, reader: this.#reader, receipts: this.#receipts }
      const found = await readHistory({ peer, isRoom, before, max }, how, signal)
      // Of somebody who could not be asked what they are: no person, if nothing was said to them.
      if (chat instanceof Error && found.messages.length === 0) throw chat
      return { ...found, messages: this.#receipts.applied(found.messages) }
    } catch (error) {
      if (!(error instanceof StanzaRefused) || error.retryable) throw error
      const { messages, ...rest } = await this.#kept.page(peer, { before, max })
      return { messages: this.#receipts.applied(messages), ...rest }
    }
  }

  /** Says that a message was seen, and all before it (XEP-0333). Rejects as `list` does. */
  async markDisplayed({ with: peer, id }: { with: string; id: string }, signal: AbortSignal): Promise<void> {
    const { session, rooms, roomIds } = this.#needs
    await session.online(signal)
    const chat = await rooms.chatTypeOf(peer, signal)
    // XEP-0333 §4: in a room by the name that everybody knows the message by.
    const known = chat === 'groupchat' ? roomIds.byMsgId(peer, id)?.stanzaId : undefined
    await session.deliver(encodeReceipt({ to: peer, chat, id: known ?? id, state: 'displayed' }), signal)
  }

  /** Says what the user does (XEP-0085). Never rejects: it is worth nothing later. */
  async typing({ to, state }: { to: string; state: ChatState }, signal: AbortSignal): Promise<void> {
    const { session, rooms, log } = this.#needs
    try {
      signal.throwIfAborted()
      const chat = await rooms.chatTypeOf(to, signal)
      await session.send(encodeChatState({ to, chat, state }))
    } catch (error) {
      log('debug', 'typing was not told', { error })
    }
  }

  /** A server that is out of reach hides whether a room is there, but not what was said to a person. */
  async #chatTypeOf(peer: string, signal: AbortSignal): Promise<'chat' | 'groupchat' | Error> {
    try {
      return await this.#needs.rooms.chatTypeOf(peer, signal)
    } catch (error) {
      if (isTemporary(error) && this.#needs.session.state === 'online') return error as Error
      throw error
    }
  }
}
