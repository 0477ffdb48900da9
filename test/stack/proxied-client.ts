import { createHash } from 'node:crypto'
import { type Client, type ClientOptions, memoryStore } from '@sluice/client'
import { WebSocket } from 'ws'
import { openClient } from '../../packages/client/src/client.ts'
import { systemClock } from '../../packages/client/src/clock.ts'
import type { HttpRequest } from '../../packages/client/src/transfers/http-transport.ts'
import { NodeHttpTransport } from '../../packages/client/src/transfers/node-http-transport.ts'
import { openNodeFile } from '../../packages/client/src/transfers/open-node-file.ts'

/**
 * A client as on Node, whose HTTP goes by a proxy though the gateway knows nothing of it: what a gateway offers on its own
 * address alone can be tested on a slow line so. `seen` gets each request.
 */
export function proxiedClient(
  options: ClientOptions,
  { gateway, proxy, seen }: { gateway: string; proxy: string; seen: (request: HttpRequest) => void },
): Client {
  const store = memoryStore()
  const platform = {
    clock: systemClock,
    WebSocket,
    openTransport() {
      const transport = new NodeHttpTransport()
      return {
        send(request: HttpRequest) {
          seen(request)
          return transport.send({ ...request, url: request.url.replace(gateway, proxy) })
        },
        close: () => transport.close(),
      }
    },
    async sha256() {
      const hash = createHash('sha256')
      return { update: (bytes: Uint8Array) => void hash.update(bytes), digest: () => hash.digest('hex') }
    },
    openFile: openNodeFile,
    defaultStore: () => store,
    random: Math.random,
  }
  return openClient(platform, options)
}
