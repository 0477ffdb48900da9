import { createHash } from 'node:crypto'
import { WebSocket } from 'ws'
import { type Client, openClient } from './client.ts'
import type { ClientOptions } from './client-options.ts'
import { systemClock } from './clock.ts'
import { folderStore } from './persistence/folder-store.ts'
import type { Platform } from './platform.ts'
import type { Facade } from './sdk/facade.ts'
import { openSdk } from './sdk/open-sdk.ts'
import { NodeHttpTransport } from './transfers/node-http-transport.ts'
import { openNodeFile } from './transfers/open-node-file.ts'

// Named one by one there; its twin is browser.ts.
export * from './surface.ts'

const platform: Platform = {
  clock: systemClock,
  WebSocket,
  openTransport: async () => new NodeHttpTransport(),
  async sha256() {
    const hash = createHash('sha256')
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') }
  },
  openFile: openNodeFile,
  mediaCare: async () => (await import('./media/header-media-care.ts')).headerMediaCare,
  defaultStore: () => folderStore(),
  random: Math.random,
}

/** A second, independent SDK: another account in the same process or page. */
export function createSDK(): Facade {
  return openSdk(platform)
}

/** The manual's SDK. */
export const SDK: Facade = /* @__PURE__ */ createSDK()

/** A typed client, independent of every other. */
export function createClient(options: ClientOptions): Client {
  return openClient(platform, options)
}

export { folderStore }
