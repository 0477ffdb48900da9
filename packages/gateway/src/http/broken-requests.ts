import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/**
 * Ends connections on which something came that is no HTTP. What is broken may follow a good request, above all a body
 * longer than it said: that request still gets its own answer first (RFC 9112 §9.3.2 has answers keep their order).
 */
export class BrokenRequests {
  readonly #answering = new WeakMap<Socket, ServerResponse>()
  readonly #broken = new WeakSet<Socket>()

  /** To be told of each request's response. */
  began(response: ServerResponse): void {
    this.#answering.set(response.req.socket, response)
  }

  /** For the server's `clientError`. */
  answer(error: NodeJS.ErrnoException, socket: Socket): void {
    if (this.#broken.has(socket)) return
    this.#broken.add(socket)
    const end = () => this.#end(error, socket)
    const before = this.#answering.get(socket)
    if (before?.req.complete && !before.writableFinished) before.once('close', end)
    else end()
  }

  #end({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
    const status = STATUSES[code] ?? 400
    if (socket.writable) {
      socket.write(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      )
    }
    socket.destroySoon()
  }
}
