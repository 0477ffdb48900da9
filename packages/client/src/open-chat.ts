import type { Clock } from './clock.ts'
import type { Contact } from './contacts/contact.ts'
import type { Contacts } from './contacts/contacts.ts'
import { EarlyPresences } from './contacts/early-presences.ts'
import { lazily } from './lazily.ts'
import { Listeners } from './listeners.ts'
import { loadPart } from './load-part.ts'
import type { Log } from './log.ts'
import type { Archive } from './messages/archive.ts'
import type { Conversations } from './messages/conversations.ts'
import { Inbox } from './messages/inbox.ts'
import { MessageHistory } from './messages/message-history.ts'
import { Outbox } from './messages/outbox.ts'
import { RepeatFilter } from './messages/repeat-filter.ts'
import { TextQueue } from './messages/text-queue.ts'
import type { AccountStore } from './persistence/store.ts'
import { RoomIds } from './rooms/room-ids.ts'
import { Rooms } from './rooms/rooms.ts'
import type { Connector, Login } from './session/connection.ts'
import { LiveSession } from './session/live-session.ts'

interface Needs {
  readonly connector: Connector
  readonly store: AccountStore
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** Bare JID. */
  readonly account: string
  readonly domain: string
  readonly login: () => Promise<Login>
  readonly resource: string
}

/** The session of an account and its messages. */
export interface Chat {
  readonly session: LiveSession
  readonly history: MessageHistory
  readonly rooms: Rooms
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly texts: TextQueue
  readonly contactChanges: Listeners<readonly Contact[]>
  /** The contact list, read from then on. */
  readonly contacts: () => Promise<Contacts>
  readonly conversations: () => Promise<Conversations>
  readonly archive: Pick<Archive, 'findMedia'>
}

/** With what the store holds of it; not online yet. */
export async function openChat(needs: Needs): Promise<Chat> {
  const { store, log } = needs
  const repeats = await RepeatFilter.load(store)
  const roomIds = await RoomIds.load(store)
  const session = new LiveSession(needs)
  const history = new MessageHistory({ store })
  const rooms = new Rooms({ ...needs, session })
  const outbox = new Outbox({ ...needs, session, rooms, roomIds, repeats })
  const early = new EarlyPresences({ session })
  const contactChanges = new Listeners<readonly Contact[]>(log)
  const conversations = lazily(async () => {
    const { Conversations } = await loadPart(import('./messages/conversations.ts'))
    return new Conversations({ ...needs, session, rooms, roomIds, repeats, history })
  })
  return {
    session,
    history,
    rooms,
    outbox,
    inbox: new Inbox({ ...needs, session, history, rooms, roomIds, repeats }),
    texts: new TextQueue({ ...needs, session, outbox }),
    contactChanges,
    contacts: lazily(async () => {
      const { Contacts } = await loadPart(import('./contacts/contacts.ts'))
      return new Contacts({ session, rooms, early, changes: contactChanges, log })
    }),
    conversations,
    archive: {
      findMedia: async (id, signal) => (await conversations()).archive.findMedia(id, signal),
    },
  }
}
