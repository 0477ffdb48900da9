import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import { Archive } from './messages/archive.ts'
import { Inbox } from './messages/inbox.ts'
import { MessageHistory } from './messages/message-history.ts'
import { Outbox } from './messages/outbox.ts'
import { RepeatFilter } from './messages/repeat-filter.ts'
import { TextQueue } from './messages/text-queue.ts'
import type { AccountStore } from './persistence/store.ts'
import { RoomIds } from './rooms/room-ids.ts'
import { Rooms } from './rooms/rooms.ts'
import type { Connector, Credentials } from './session/connection.ts'
import { LiveSession } from './session/live-session.ts'
import { MediaService } from './session/media-service.ts'
import { Downloads } from './transfers/downloads.ts'
import type { OpenFile } from './transfers/file-source.ts'
import type { HttpTransport } from './transfers/http-transport.ts'
import { MediaControl } from './transfers/media-control.ts'
import { Places } from './transfers/places.ts'
import type { Sha256 } from './transfers/running-hash.ts'
import type { TransferError } from './transfers/transfer-error.ts'
import { Uploads } from './transfers/uploads.ts'

// As many as a browser opens to one host over HTTP/1.1.
const AT_ONCE = 6

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

/** What the store held. */
interface Held {
  readonly resource: string
  readonly mediaService: string | undefined
  readonly repeats: RepeatFilter
  readonly roomIds: RoomIds
}

/** One account while it is logged in: its session and everything that hangs on it. */
export class Account {
  readonly session: LiveSession
  readonly control: MediaControl
  readonly history: MessageHistory
  readonly rooms: Rooms
  readonly inbox: Inbox
  readonly texts: TextQueue
  readonly uploads: Uploads
  readonly downloads: Downloads
  readonly #store: AccountStore
  readonly #transport: HttpTransport
  #endedBy: TransferError | undefined

  private constructor(needs: Needs, { resource, mediaService, repeats, roomIds }: Held) {
    const { store, transport, log } = needs
    this.#store = store
    this.#transport = transport
    const session = new LiveSession({ ...needs, resource })
    const service = new MediaService({
      session,
      given: needs.mediaService,
      remembered: mediaService,
      onFound: (jid) => {
        const keeping = store.put('device', 'media-service', jid)
        keeping.catch((error: unknown) => log('warn', 'the media service was not remembered', { error }))
      },
    })
    const history = new MessageHistory({ store })
    const control = new MediaControl({ session, service, transport })
    const rooms = new Rooms({ ...needs, session })
    const outbox = new Outbox({ ...needs, session, rooms, roomIds, repeats })
    const transfers = { ...needs, session, control, history }
    this.session = session
    this.control = control
    this.history = history
    this.rooms = rooms
    this.inbox = new Inbox({ ...needs, session, history, rooms, roomIds, repeats })
    this.texts = new TextQueue({ ...needs, session, outbox })
    this.uploads = new Uploads({ ...transfers, service, outbox, places: new Places(AT_ONCE) })
    const archive = new Archive({ session, rooms, repeats })
    this.downloads = new Downloads({ ...transfers, archive, places: new Places(AT_ONCE) })
  }

  /** Reads what the store holds. It goes online by `session.open`. */
  static async load(needs: Needs): Promise<Account> {
    const { store } = needs
    const account = new Account(needs, {
      resource: needs.resource ?? (await ownResource(store)),
      mediaService: (await store.get('device', 'media-service')) as string | undefined,
      repeats: await RepeatFilter.load(store),
      roomIds: await RoomIds.load(store),
    })
    await account.uploads.load()
    await account.downloads.load()
    return account
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
