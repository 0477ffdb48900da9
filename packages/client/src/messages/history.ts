import { type ChatMessage, decodeChatMessage, decodeReceipt } from '@sluice/protocol'
import type { RoomIds } from '../rooms/room-ids.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Session } from '../session/session.ts'
import type { Archived, ArchiveReader } from './archive-reader.ts'
import { archivedMessage } from './archived-message.ts'
import { bareJid, type Message, msgIdOf } from './message.ts'
import type { MessageHistory } from './message-history.ts'
import type { ReceiptStates } from './receipt-states.ts'
import type { RepeatFilter } from './repeat-filter.ts'

// An archive also keeps receipts, so that a page of it may hold few messages.
const PAGES = 10

/** A page of a conversation. */
export interface History {
  /** Oldest first. */
  readonly messages: Message[]
  /** For the page before it; absent when there is none. */
  readonly before?: string | undefined
}

interface Needs {
  readonly session: Session
  readonly rooms: Rooms
  readonly roomIds: RoomIds
  readonly repeats: RepeatFilter
  readonly history: MessageHistory
  readonly reader: ArchiveReader
  readonly receipts: ReceiptStates
}

interface Found {
  readonly message: Message
  readonly archiveId: string
}

/** The newest `max` messages of a conversation before an archive id. Rejects as ArchiveReader does. */
export async function readHistory(
  { peer, isRoom, before, max }: { peer: string; isRoom: boolean; before: string | undefined; max: number },
  needs: Needs,
  signal: AbortSignal,
): Promise<History> {
  const whose = isRoom ? { room: peer } : { with: peer }
  /** Newest first, by sender and id: what was sent twice is one message. */
  const found = new Map<string, Found>()
  let cursor = before ?? ''
  let complete = false
  for (let page = 0; page < PAGES && found.size < max && !complete; page++) {
    const { results, first, ...end } = await needs.reader.page({ ...whose, before: cursor, max }, signal)
    if (isRoom) for (const result of results) noteRoomId(result, peer, needs)
    for (const result of [...results].reverse()) {
      const message = await read(result, whose.room, needs)
      if (!message) continue
      const key = JSON.stringify([message.fromUserJid, message.msgId])
      // The older one counts.
      found.delete(key)
      found.set(key, { message, archiveId: result.id })
    }
    complete = end.complete || first === undefined || first === cursor
    cursor = first ?? cursor
  }
  await needs.roomIds.save()
  const newest = [...found.values()].slice(0, max)
  const oldest = newest.at(-1)
  const isCut = newest.length < found.size
  const next = isCut ? oldest?.archiveId : complete ? undefined : cursor
  return {
    messages: newest.map(({ message }) => message).reverse(),
    ...(next !== undefined && { before: next }),
  }
}

function noteRoomId({ id, stanza }: Archived, room: string, { roomIds }: Needs): void {
  const chat = decodeChatMessage(stanza)
  const msgId = chat && msgIdOf(chat)
  if (msgId) roomIds.note({ room, msgId, stanzaId: id, occupant: chat.from ?? '' })
}

/** Undefined when it is nothing to show; a receipt is noted. */
async function read(
  { id, stanza, storedAt }: Archived,
  room: string | undefined,
  needs: Needs,
): Promise<Message | undefined> {
  const receipt = room === undefined ? decodeReceipt(stanza) : undefined
  const from = bareJid(stanza.attrs.from ?? '')
  // Those that were given are in the archive as well as those that were got.
  if (receipt && from !== needs.session.account)
    needs.receipts.note({ msgId: receipt.id, from, state: receipt.state })
  const chat = decodeChatMessage(stanza)
  if (!chat) return undefined
  const message = archivedMessage(room === undefined ? chat : inAppTerms(chat, room, needs), {
    ...needs,
    room,
  })
  const dated = {
    ...message,
    msgId: message.msgId || id,
    ...(storedAt !== undefined && { timestamp: storedAt }),
  }
  if (message.msgId !== '' && storedAt !== undefined) await needs.history.rememberArchived(message, storedAt)
  return dated
}

/** In a room a message is answered by what the room named it. */
function inAppTerms(chat: ChatMessage, room: string, { roomIds }: Needs): ChatMessage {
  const answered = chat.replyTo && roomIds.byStanzaId(room, chat.replyTo.id)
  return answered ? { ...chat, replyTo: { id: answered.msgId } } : chat
}
