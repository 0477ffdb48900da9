import type { ChatMessage } from '@sluice/protocol'
import type { Rooms } from '../rooms/rooms.ts'
import type { Session } from '../session/session.ts'
import { type Message, messageOf } from './message.ts'
import type { RepeatFilter } from './repeat-filter.ts'

interface Needs {
  readonly session: Session
  readonly rooms: Rooms
  readonly repeats: RepeatFilter
}

/** A message of the account's own archive, or of a room's, as apps see it. */
export function archivedMessage(
  chat: ChatMessage,
  { session, rooms, repeats, room }: Needs & { readonly room: string | undefined },
): Message {
  const { account } = session
  const known = { from: account, timestamp: 0, isRoom: (bare: string) => rooms.holds(bare) }
  if (room === undefined) return messageOf(chat, known)
  // Another one may have had the nickname then.
  const sent = chat.originId !== undefined && repeats.has({ sender: account, id: chat.originId })
  const own = sent && rooms.isOwn(chat.from ?? '')
  return messageOf({ ...chat, to: room, from: own ? account : chat.from }, known)
}
