import { type Client, openClient } from './client.ts'
import type { ClientOptions } from './client-options.ts'
import { systemClock } from './clock.ts'
import { loadPart } from './load-part.ts'
import { indexedDbStore } from './persistence/indexed-db-store.ts'
import type { Store } from './persistence/store.ts'
import type { Platform } from './platform.ts'
import type { Facade } from './sdk/facade.ts'
import { openSdk } from './sdk/open-sdk.ts'
import type { Tabs } from './tabs/tabs.ts'
import { openBrowserFile } from './transfers/open-browser-file.ts'
import { unsupported } from './unsupported.ts'

// Named one by one there; its twin is node.ts.
export * from './surface.ts'

const platform: Platform = {
  clock: systemClock,
  // Looked for when it is used: a server that renders pages may have none.
  get WebSocket() {
    return globalThis.WebSocket
  },
  async openTransport() {
    const { BrowserHttpTransport } = await loadPart(import('./transfers/browser-http-transport.ts'))
    return new BrowserHttpTransport()
  },
  async sha256() {
    const { nobleSha256 } = await loadPart(import('./transfers/noble-sha256.ts'))
    return nobleSha256()
  },
  openFile: openBrowserFile,
  async mediaCare() {
    const { browserMediaCare } = await loadPart(import('./media/browser-media-care.ts'))
    return browserMediaCare
  },
  defaultStore: () => indexedDbStore(),
  // Without locks (no secure context) each tab is alone: of two with one account the last one wins.
  get openTabs() {
    return globalThis.navigator?.locks && openTabs
  },
  resumesOnConnect: true,
  random: Math.random,
}

async function openTabs(account: string): Promise<Tabs> {
  return (await import('./tabs/web-tabs.ts')).openWebTabs(account)
}

/** A second, independent SDK: another account in the same page. */
export function createSDK(): Facade {
  return openSdk(platform)
}

/** The manual's SDK. */
export const SDK: Facade = /* @__PURE__ */ createSDK()

/** A typed client, independent of every other. */
export function createClient(options: ClientOptions): Client {
  return openClient(platform, options)
}

/** Node's store; a page has no folders. Throws TransferError 501 `unsupported`. */
export function folderStore(_path?: string, _options?: { downloadDir?: string | undefined }): Store {
  throw unsupported('folderStore')
}
