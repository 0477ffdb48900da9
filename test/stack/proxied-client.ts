import { type Client, type ClientOptions, memoryStore } from '@sluice/client'
import { openClient } from '../../packages/client/src/client.ts'
import { nodePlatform } from '../../packages/client/src/node-platform.ts'
import type { Platform } from '../../packages/client/src/platform.ts'
import type { HttpRequest } from '../../packages/client/src/transfers/http-transport.ts'

/**
 * A client as on Node, whose HTTP goes by a proxy though the gateway knows nothing of it: what a gateway offers on its own
 * address alone can be tested on a slow line so. `seen` gets each request.
 */
export function proxiedClient(
  options: ClientOptions,
  { gateway, proxy, seen }: { gateway: string; proxy: string; seen: (request: HttpRequest) => void },
): Client {
  const store = memoryStore()
  const platform: Platform = {
    ...nodePlatform,
    async openTransport() {
      const transport = await nodePlatform.openTransport()
      return {
        send(request) {
          seen(request)
          return transport.send({ ...request, url: request.url.replace(gateway, proxy) })
        },
        close: () => transport.close(),
      }
    },
    defaultStore: () => store,
  }
  return openClient(platform, options)
}
