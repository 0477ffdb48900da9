import type { Clock } from './clock.ts'
import type { LoadMediaCare } from './media/media-care.ts'
import type { Store } from './persistence/store.ts'
import type { WebSocketClass } from './session/web-socket-class.ts'
import type { OpenTabs } from './tabs/tabs.ts'
import type { OpenFile } from './transfers/file-source.ts'
import type { HttpTransport } from './transfers/http-transport.ts'
import type { Sha256 } from './transfers/running-hash.ts'

/** What Node and browsers do each in their own way; everything else of the client is the same for both. */
export interface Platform {
  readonly clock: Clock
  readonly WebSocket: WebSocketClass
  /** A transport of its own for each client. Rejects with Unreachable where it has to be fetched and cannot be. */
  readonly openTransport: () => Promise<HttpTransport>
  readonly sha256: Sha256
  readonly openFile: OpenFile
  readonly mediaCare: LoadMediaCare
  /** Where a client remembers when its app names no store. */
  readonly defaultStore: () => Store
  /** Where several tabs may share a store. */
  readonly openTabs?: OpenTabs | undefined
  /** Unless the app says otherwise; by default false. */
  readonly resumesOnConnect?: boolean
  /** From 0 up to 1. */
  readonly random: () => number
}
