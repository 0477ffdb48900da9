import type { Clock } from './clock.ts'
import type { Contact } from './contacts/contact.ts'
import type { Contacts } from './contacts/contacts.ts'
import type { Listeners } from './listeners.ts'
import { loadPart } from './load-part.ts'
import type { Log } from './log.ts'
import type { LoadMediaCare } from './media/media-care.ts'
import type { Conversations } from './messages/conversations.ts'
import type { Inbox } from './messages/inbox.ts'
import type { Message } from './messages/message.ts'
import type { MessageHistory } from './messages/message-history.ts'
import type { Outbox } from './messages/outbox.ts'
import type { TextQueue } from './messages/text-queue.ts'
import { type Chat, openChat } from './open-chat.ts'
import type { AccountStore } from './persistence/store.ts'
import { randomId } from './random-id.ts'
import type { Rooms } from './rooms/rooms.ts'
import type { Connector, Login } from './session/connection.ts'
import type { LiveSession } from './session/live-session.ts'
import type { TabSharing } from './tabs/tab-sharing.ts'
import type { OpenTabs, Tabs } from './tabs/tabs.ts'
import type { Downloads } from './transfers/downloads.ts'
import type { OpenFile } from './transfers/file-source.ts'
import type { HttpTransport } from './transfers/http-transport.ts'
import type { MediaControl } from './transfers/media-control.ts'
import type { Transfers } from './transfers/open-transfers.ts'
import { persistently } from './transfers/persistently.ts'
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
  readonly mediaCare: LoadMediaCare
  readonly log: Log
  /** Bare JID. */
  readonly account: string
  readonly domain: string
  /** Asked for each stream. Rejects with ConnectError. */
  readonly login: () => Promise<Login>
  /** By default the store's own, always the same. */
  readonly resource?: string | undefined
  readonly mediaService?: string | undefined
  readonly downloadDir?: string | undefined
  /** For a store that several tabs share. */
  readonly openTabs?: OpenTabs | undefined
  /** It was logged out in another tab. */
  readonly onLogout: () => void
}

/** The other tabs of the account. */
interface Others {
  readonly tabs: Tabs
  readonly sharing: TabSharing
}

export interface Ending {
  readonly forget: boolean
  /** Another tab empties the store. */
  readonly byOther?: boolean
}

/** What hangs on the session of one account. */
interface Parts extends Omit<Chat, 'archive'>, Transfers {}

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
  readonly #needs: Needs
  readonly #over = new AbortController()
  readonly #others: Others | undefined
  #keeping: Promise<void> = Promise.resolve()
  #endedBy: TransferError | undefined

  private constructor(needs: Needs, parts: Parts, others: Others | undefined) {
    this.#needs = needs
    this.#others = others
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
    // A third of the SDK, which a page fetches only once it connects.
    const { openTransfers } = await loadPart(import('./transfers/open-transfers.ts'))
    const others = await meetOthers(needs)
    try {
      const resource = needs.resource ?? (await ownResource(needs.store, others))
      const chat = await openChat({ ...needs, resource })
      const transfers = await openTransfers({ ...needs, ...chat, sharing: others?.sharing })
      others?.sharing.begin({ upload: transfers.uploads, download: transfers.downloads })
      return new Account(needs, { ...chat, ...transfers }, others)
    } catch (error) {
      others?.tabs.close()
      throw error
    }
  }

  /** Goes on with the transfers that ran when the page or process died. */
  async goOn(): Promise<void> {
    await Promise.all([this.uploads.goOn(), this.downloads.goOn()])
  }

  /** Has this done in its turn, before the account ends. Never throws. */
  keep(work: (held: Conversations) => Promise<void>): void {
    this.#keeping = this.#keeping
      .then(async () => work(await this.patiently(() => this.conversations())))
      .catch((error: unknown) => this.#needs.log('warn', 'a conversation was not kept', { error }))
  }

  /** What a part of the SDK gives; where that cannot be loaded it is tried again, as long as the account lasts. */
  patiently<T>(load: () => Promise<T>): Promise<T> {
    const { session } = this
    const { signal } = this.#over
    return load().catch(() => persistently({ ...this.#needs, session, signal, online: false }, load))
  }

  /** Why it ended, once it has. */
  get endedBy(): TransferError | undefined {
    return this.#endedBy
  }

  /**
   * Stops everything with this reason and lets the store go; with `forget`, emptied, and logged out in all tabs, unless
   * it was one of them that said so. Idempotent.
   */
  async end(reason: TransferError, { forget, byOther }: Ending): Promise<void> {
    if (this.#endedBy) return
    this.#endedBy = reason
    this.#over.abort(reason)
    const others = this.#others
    const { store, transport } = this.#needs
    others?.sharing.end()
    this.texts.close(reason)
    if (forget) await this.inbox.close({ forget })
    await Promise.all([this.uploads.end(reason), this.downloads.end(reason)])
    await this.rooms.close()
    await this.session.close()
    // What came until the stream was closed is shown.
    await this.inbox.close({ forget })
    await this.#keeping
    transport.close()
    try {
      if (forget && !byOther) {
        if (others) await others.sharing.endOthers()
        await store.forget()
      }
    } finally {
      await store.close()
      // Whoever takes over finds what was stored last.
      others?.tabs.close()
    }
  }
}

async function meetOthers({
  store,
  openTabs,
  account,
  clock,
  log,
  onLogout,
}: Needs): Promise<Others | undefined> {
  if (!store.isShared || !openTabs) return undefined
  const [{ TabSharing }, tabs] = await loadPart(
    Promise.all([import('./tabs/tab-sharing.ts'), openTabs(account)]),
  )
  return { tabs, sharing: new TabSharing({ tabs, clock, log, onLogout }) }
}

/** Of several tabs the first has the stored one, and each other one its own. */
async function ownResource(store: AccountStore, others: Others | undefined): Promise<string> {
  const fresh = `sluice-${randomId().slice(0, 8)}`
  if (others && !(await others.tabs.take('resource'))) return fresh
  const held = (await store.get('device', 'resource')) as string | undefined
  if (held !== undefined) return held
  await store.put('device', 'resource', fresh)
  return fresh
}
