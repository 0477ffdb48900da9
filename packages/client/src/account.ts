import type { Clock } from './clock.ts'
import type { Contact } from './contacts/contact.ts'
import type { Contacts } from './contacts/contacts.ts'
import { EarlyPresences } from './contacts/early-presences.ts'
import { lazily } from './lazily.ts'
import { Listeners } from './listeners.ts'
import { loadPart } from './load-part.ts'
import type { Log } from './log.ts'
import type { Conversations } from './messages/conversations.ts'
import { Inbox } from './messages/inbox.ts'
import type { Message } from './messages/message.ts'
import { MessageHistory } from './messages/message-history.ts'
import { Outbox } from './messages/outbox.ts'
import { RepeatFilter } from './messages/repeat-filter.ts'
import { TextQueue } from './messages/text-queue.ts'
import type { AccountStore } from './persistence/store.ts'
import { RoomIds } from './rooms/room-ids.ts'
import { Rooms } from './rooms/rooms.ts'
import type { Connector, Credentials } from './session/connection.ts'
import { LiveSession } from './session/live-session.ts'
import type { Downloads } from './transfers/downloads.ts'
import type { OpenFile } from './transfers/file-source.ts'
import type { HttpTransport } from './transfers/http-transport.ts'
import type { MediaControl } from './transfers/media-control.ts'
import type { Transfers } from './transfers/open-transfers.ts'
import type { Sha256 } from './transfers/running-hash.ts'
import type { TransferError } from './transfers/transfer-error.ts'
import type { Uploads } from './transfers/uploads.ts'

interface Needs {
  readonly connector: Connector
  readonly store: AccountStore
  readonly transport: HttpTransport
  readonly clock: Clock
  readonly random: () => number
  readonly sha256: Sha256
  readonly openFile: OpenFile
  readonly log: Log
  /** Bare JID. */
  readonly account: string
  readonly domain: string
  readonly credentials: Credentials
  /** By default the store's own, always the same. */
  readonly resource?: string | undefined
  readonly mediaService?: string | undefined
  readonly downloadDir?: string | undefined
}

/** What hangs on the session of one account. */
interface Parts extends Transfers {
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
}

/** One account while it is logged in: its session and everything that hangs on it. */
export class Account implements Parts {
  readonly session: LiveSession
  readonly control: MediaControl
  readonly history: MessageHistory
  readonly rooms: Rooms
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly texts: TextQueue
  readonly uploads: Uploads
  readonly downloads: Downloads
  readonly contactChanges: Listeners<readonly Contact[]>
  readonly contacts: () => Promise<Contacts>
  readonly conversations: () => Promise<Conversations>
  readonly #store: AccountStore
  readonly #transport: HttpTransport
  readonly #log: Log
  #keeping: Promise<void> = Promise.resolve()
  #endedBy: TransferError | undefined

  private constructor({ store, transport, log }: Needs, parts: Parts) {
    this.#store = store
    this.#transport = transport
    this.#log = log
    this.session = parts.session
    this.control = parts.control
    this.history = parts.history
    this.rooms = parts.rooms
    this.inbox = parts.inbox
    this.outbox = parts.outbox
    this.texts = parts.texts
    this.uploads = parts.uploads
    this.downloads = parts.downloads
    this.contactChanges = parts.contactChanges
    this.contacts = parts.contacts
    this.conversations = parts.conversations
    const keep = (message: Message) => this.keep((held) => held.keep(message))
    this.inbox.messages.add(keep)
    this.outbox.sent.add(keep)
    this.inbox.receipts.add((receipt) => this.keep((held) => held.note(receipt)))
  }

  /** Reads what the store holds. It goes online by `session.open`. Rejects with Unreachable. */
  static async load(needs: Needs): Promise<Account> {
    const { store, log } = needs
    // A third of the SDK, which a page fetches only once it connects.
    const { openTransfers } = await loadPart(import('./transfers/open-transfers.ts'))
    const repeats = await RepeatFilter.load(store)
    const roomIds = await RoomIds.load(store)
    const session = new LiveSession({ ...needs, resource: needs.resource ?? (await ownResource(store)) })
    const history = new MessageHistory({ store })
    const rooms = new Rooms({ ...needs, session })
    const outbox = new Outbox({ ...needs, session, rooms, roomIds, repeats })
    const inbox = new Inbox({ ...needs, session, history, rooms, roomIds, repeats })
    const texts = new TextQueue({ ...needs, session, outbox })
    const early = new EarlyPresences({ session })
    const contactChanges = new Listeners<readonly Contact[]>(log)
    const contacts = lazily(async () => {
      const { Contacts } = await loadPart(import('./contacts/contacts.ts'))
      return new Contacts({ session, rooms, early, changes: contactChanges, log })
    })
    const conversations = lazily(async () => {
      const { Conversations } = await loadPart(import('./messages/conversations.ts'))
      return new Conversations({ ...needs, session, rooms, roomIds, repeats, history })
    })
    const archive = {
      findMedia: async (id: string, signal: AbortSignal) =>
        (await conversations()).archive.findMedia(id, signal),
    }
    const transfers = await openTransfers({ ...needs, session, history, outbox, archive })
    const chat = { session, history, rooms, inbox, outbox, texts, contactChanges, contacts, conversations }
    return new Account(needs, { ...chat, ...transfers })
  }

  /** Has this done in its turn, before the account ends. Never throws. */
  keep(work: (held: Conversations) => Promise<void>): void {
    this.#keeping = this.#keeping
      .then(async () => work(await this.conversations()))
      .catch((error: unknown) => this.#log('warn', 'a conversation was not kept', { error }))
  }

  /** Why it ended, once it has. */
  get endedBy(): TransferError | undefined {
    return this.#endedBy
  }

  /** Stops everything with this reason and lets the store go; with `forget`, emptied. Idempotent. */
  async end(reason: TransferError, { forget }: { forget: boolean }): Promise<void> {
    if (this.#endedBy) return
    this.#endedBy = reason
    this.texts.close(reason)
    if (forget) await this.inbox.close({ forget })
    await Promise.all([this.uploads.end(reason), this.downloads.end(reason)])
    await this.rooms.close()
    await this.session.close()
    // What came until the stream was closed is shown.
    await this.inbox.close({ forget })
    await this.#keeping
    this.#transport.close()
    try {
      if (forget) await this.#store.forget()
    } finally {
      await this.#store.close()
    }
  }
}

async function ownResource(store: AccountStore): Promise<string> {
  const held = (await store.get('device', 'resource')) as string | undefined
  if (held !== undefined) return held
  const resource = `sluice-${crypto.randomUUID().slice(0, 8)}`
  await store.put('device', 'resource', resource)
  return resource
}
