import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

/** Answers each request with the SHA-256 of its body, lowercase hex, so that a page need not read a Blob to know it. */
export class HashServer {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(): Promise<HashServer> {
    const server = createServer(async (request, response) => {
      const hash = createHash('sha256')
      await pipeline(request, hash).catch(() => request.destroy())
      response.writeHead(200, { 'access-control-allow-origin': '*' })
      response.end(hash.digest('hex'))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new HashServer(server)
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
