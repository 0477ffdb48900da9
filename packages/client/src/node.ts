import { type Client, openClient } from './client.ts'
import type { ClientOptions } from './client-options.ts'
import { nodePlatform } from './node-platform.ts'
import type { Facade } from './sdk/facade.ts'
import { openSdk } from './sdk/open-sdk.ts'

// Named one by one there; its twin is browser.ts.
export * from './surface.ts'

/** A second, independent SDK: another account in the same process or page. */
export function createSDK(): Facade {
  return openSdk(nodePlatform)
}

/** The manual's SDK. */
export const SDK: Facade = /* @__PURE__ */ createSDK()

/** A typed client, independent of every other. */
export function createClient(options: ClientOptions): Client {
  return openClient(nodePlatform, options)
}

export { folderStore } from './persistence/folder-store.ts'
