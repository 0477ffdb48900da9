import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A real HTTP server with one file, which a test can change, cut and hold. */
export class MediaServer {
  bytes: Uint8Array
  status: number | undefined
  /** Whether it says why in the gateway's terms. */
  isGateway = true
  /** Bytes after which the next answer breaks off. */
  cutAfter: number | undefined
  /** Sends its head and these many bytes, then stands still. */
  stallAfter: number | undefined
  /** Answers 200 with everything, as a server without ranges does. */
  ignoresRange = false
  /** Answers 206 whatever If-Range says. */
  ignoresIfRange = false
  /** Says neither range nor entity tag: what a page sees of a server that exposes no headers (Fetch §3.2.5). */
  isReserved = false
  readonly ranges: (string | undefined)[] = []
  readonly #server = createServer((request, response) => this.#serve(request, response))

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}/media/x/a.bin`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  get etag(): string {
    return `"${createHash('sha256').update(this.bytes).digest('hex')}"`
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { range, 'if-range': ifRange } = request.headers
    this.ranges.push(range)
    if (this.status !== undefined && !this.isGateway) {
      response.writeHead(this.status, { 'content-type': 'text/html' }).end('<h1>No</h1>')
      return
    }
    if (this.status !== undefined) {
      response.writeHead(this.status, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          code: this.status === 410 ? 'media-gone' : 'media-not-found',
          message: '',
          statusCode: this.status,
          retryable: false,
          details: {},
        }),
      )
      return
    }
    const whole =
      this.ignoresRange || (!this.ignoresIfRange && ifRange !== undefined && ifRange !== this.etag)
    const start = whole ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
    const total = this.bytes.length
    if (!whole && start >= total) {
      response.writeHead(416, { 'content-range': `bytes */${total}` }).end()
      return
    }
    response.writeHead(whole ? 200 : 206, {
      ...(!this.isReserved && { etag: this.etag }),
      'content-length': total - start,
      ...(!whole && !this.isReserved && { 'content-range': `bytes ${start}-${total - 1}/${total}` }),
    })
    const part = this.bytes.subarray(start)
    const stop = this.cutAfter ?? this.stallAfter
    if (stop === undefined) response.end(part)
    else
      response.write(part.subarray(0, stop), () => {
        if (this.cutAfter !== undefined) response.destroy()
        this.cutAfter = undefined
      })
  }
}
