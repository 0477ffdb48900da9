import type { Clock } from '../src/clock.ts'
import { logTo } from '../src/log.ts'
import { Archive } from '../src/messages/archive.ts'
import { Conversations } from '../src/messages/conversations.ts'
import { Inbox } from '../src/messages/inbox.ts'
import { MessageHistory } from '../src/messages/message-history.ts'
import { Outbox } from '../src/messages/outbox.ts'
import { RepeatFilter } from '../src/messages/repeat-filter.ts'
import { memoryStore } from '../src/persistence/memory-store.ts'
import type { AccountStore } from '../src/persistence/store.ts'
import { RoomIds } from '../src/rooms/room-ids.ts'
import { Rooms } from '../src/rooms/rooms.ts'
import type { Session } from '../src/session/session.ts'

/** All that messages need of an account, over a session that a test has scripted. */
export async function messagingBench<S extends Session>(given: {
  session: S
  clock: Clock
  store?: AccountStore | undefined
}) {
  const { session, clock } = given
  const log = logTo(undefined)
  const store = given.store ?? (await memoryStore().open(session.account))
  const repeats = await RepeatFilter.load(store)
  const roomIds = await RoomIds.load(store)
  const history = new MessageHistory({ store })
  const rooms = new Rooms({ session, clock, random: () => 1, log })
  const outbox = new Outbox({ session, rooms, roomIds, repeats, clock, log })
  const inbox = new Inbox({ session, rooms, roomIds, repeats, history, clock, log })
  const archive = new Archive({ session, rooms, repeats })
  const conversations = new Conversations({ session, rooms, roomIds, repeats, history, store, log })
  return { session, store, history, rooms, roomIds, repeats, outbox, inbox, archive, conversations }
}

/** Resolves when what is on its way has come as far as it goes without a timer. */
export function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
