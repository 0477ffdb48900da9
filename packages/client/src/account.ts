import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import { Inbox } from './messages/inbox.ts'
import { MessageHistory } from './messages/message-history.ts'
import { RepeatFilter } from './messages/repeat-filter.ts'
import { TextQueue } from './messages/text-queue.ts'
import type { AccountStore } from './persistence/store.ts'
import type { Connector, Credentials } from './session/connection.ts'
import { LiveSession } from './session/live-session.ts'
import { MediaService } from './session/media-service.ts'
import { Downloads } from './transfers/downloads.ts'
import type { OpenFile } from './transfers/file-source.ts'
import type { HttpTransport } from './transfers/http-transport.ts'
import { MediaControl } from './transfers/media-control.ts'
import { Places } from './transfers/places.ts'
import type { IncrementalHash } from './transfers/running-hash.ts'
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
  readonly sha256: () => IncrementalHash
  readonly openFile: OpenFile
  readonly log: Log
  /** Bare JID. */
  readonly account: string
  readonly domain: string
  readonly credentials: Credentials
  readonly downloadDir?: string | undefined
}

/** One account while it is logged in: its session and everything that hangs on it. */
export class Account {
  readonly session: LiveSession
  readonly control: MediaControl
  readonly history: MessageHistory
  readonly inbox: Inbox
  readonly texts: TextQueue
  readonly uploads: Uploads
  readonly downloads: Downloads
  readonly #store: AccountStore
  readonly #transport: HttpTransport
  #endedBy: TransferError | undefined

  private constructor(needs: Needs, held: { resource: string; repeats: RepeatFilter }) {
    const { store, transport } = needs
    this.#store = store
    this.#transport = transport
    const session = new LiveSession({ ...needs, resource: held.resource })
    const service = new MediaService({ session })
    const history = new MessageHistory({ store })
    const control = new MediaControl({ session, service, transport })
    this.session = session
    this.control = control
    this.history = history
    this.inbox = new Inbox({ ...needs, session, history, repeats: held.repeats })
    this.texts = new TextQueue({ ...needs, session })
    this.uploads = new Uploads({ ...needs, session, service, control, history, places: new Places(AT_ONCE) })
    this.downloads = new Downloads({ ...needs, session, control, history, places: new Places(AT_ONCE) })
  }

  /** Reads what the store holds. It goes online by `session.open`. */
  static async load(needs: Needs): Promise<Account> {
    const { store } = needs
    const held = (await store.get('device', 'resource')) as string | undefined
    const resource = held ?? `sluice-${crypto.randomUUID().slice(0, 8)}`
    if (held === undefined) await store.put('device', 'resource', resource)
    const account = new Account(needs, { resource, repeats: await RepeatFilter.load(store) })
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
