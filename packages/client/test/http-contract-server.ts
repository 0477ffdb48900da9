import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, content-type, upload-offset',
  'access-control-allow-methods': 'GET, HEAD, POST, PATCH',
  'access-control-expose-headers': 'upload-offset, seen-authorization',
}

/** What the contract of HTTP transports talks to, from any origin; `?id=` names a request so that another can ask about it. */
export class HttpContractServer {
  readonly #server: Server
  /** By id; settled once the request's connection has ended. */
  readonly #closed = new Map<string, Promise<unknown>>()
  readonly #arrived = new Map<string, () => void>()
  readonly #routes: Record<
    string,
    (request: IncomingMessage, response: ServerResponse, id: string) => unknown
  > = {
    /** How much came, and with which headers. */
    take: async (request, response) => {
      let size = 0
      for await (const chunk of request) size += (chunk as Buffer).length
      const { authorization = '' } = request.headers
      response.writeHead(200, { ...CORS, 'upload-offset': String(size), 'seen-authorization': authorization })
      response.end(JSON.stringify({ size }))
    },
    /** One byte, and another when `go` is asked for. */
    two: async (_, response, id) => {
      response.writeHead(200, CORS)
      response.write('a')
      await this.#told(id)
      response.end('b')
    },
    go: (_, response, id) => {
      this.#arrived.get(id)?.()
      response.writeHead(204, CORS).end()
    },
    /** Takes nothing and says nothing. */
    hang: (request) => request.pause(),
    /** Takes the body slowly. */
    sip: (request) =>
      request.on('data', () => {
        request.pause()
        setTimeout(() => request.resume(), 2)
      }),
    /** A byte, and silence. */
    stall: (_, response) => {
      response.writeHead(200, CORS)
      response.write('a')
    },
    /** One byte after the other, five of them, `?ms=` between. */
    trickle: async (request, response) => {
      const ms = Number(new URL(request.url ?? '', 'http://x').searchParams.get('ms'))
      response.writeHead(200, CORS)
      for (let count = 0; count < 5; count++) {
        await new Promise((resolve) => setTimeout(resolve, ms))
        response.write('a')
      }
      response.end()
    },
    /** Ends before what it promised. */
    broken: (_, response) => {
      response.writeHead(200, { ...CORS, 'content-length': '100' })
      response.write('a', () => response.destroy())
    },
    /** Answers before the body has come, and closes politely: it reads on for a moment. */
    early: (request, response) => {
      request.resume()
      response.writeHead(409, { ...CORS, connection: 'close' }).end('{"no":true}')
      setTimeout(() => request.destroy(), 200)
    },
    /** Answers once the connection of the request with that id has ended. */
    closed: async (_, response, id) => {
      await this.#closed.get(id)
      response.writeHead(204, CORS).end()
    },
    /** Answers once the request with that id has come. */
    came: async (_, response, id) => {
      if (!this.#closed.has(id)) await this.#told(`came ${id}`)
      response.writeHead(204, CORS).end()
    },
  }

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  static async open(): Promise<HttpContractServer> {
    const server = new HttpContractServer()
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'OPTIONS') return void response.writeHead(204, CORS).end()
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    const name = pathname.slice(1)
    const id = searchParams.get('id') ?? ''
    if (name !== 'closed' && name !== 'came' && name !== 'go') {
      this.#closed.set(id, new Promise((resolve) => request.socket.once('close', resolve)))
      this.#arrived.get(`came ${id}`)?.()
    }
    await this.#routes[name]?.(request, response, id)
  }

  #told(what: string): Promise<void> {
    return new Promise((resolve) => {
      this.#arrived.set(what, resolve)
    })
  }
}
