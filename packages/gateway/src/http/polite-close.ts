import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { HttpNeeds } from './http-needs.ts'

/** A body that said to be at most this long, in bytes, is read to its end: the connection is worth more. */
const SHORT_BODY_BYTES = 64 * 1024
/** How much of a refused body is read and dropped, in bytes, before the client has to wait. */
const DROPPED_BYTES = 1024 * 1024
/** How long the client gets to see the answer and to stop sending. */
const LINGER_MS = 3_000

/**
 * Answers given before the request's body has arrived end the connection, so that nobody has to read gigabytes
 * that are refused already. But closing a socket with unread bytes makes TCP send a reset, which can overtake
 * the answer (RFC 9112 §9.6). So the whole answer goes out, then a bounded part of the body is dropped for a
 * bounded time, and only then does the response, and with it the connection, end.
 */
export function addPoliteClose(app: FastifyInstance, { draining }: Pick<HttpNeeds, 'draining'>): void {
  app.addHook('onSend', async (request, reply, payload) => {
    // While draining no connection is worth waiting for the rest of a body.
    if (!expectsMore(request.raw, draining() ? 0 : SHORT_BODY_BYTES)) return payload
    reply.header('connection', 'close')
    if (typeof payload !== 'string' || payload === '' || request.method === 'HEAD') return payload
    reply.header('content-length', Buffer.byteLength(payload))
    return Readable.from(thenLinger(payload, request.raw), { objectMode: false })
  })
}

function expectsMore(request: IncomingMessage, shortBytes: number): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
  return !request.complete && (encoding !== undefined || Number(length) > shortBytes)
}

async function* thenLinger(payload: string, body: IncomingMessage): AsyncGenerator<Buffer> {
  yield Buffer.from(payload)
  await dropped(body)
}

/** Resolves when the body has ended, the client has gone, or it has had its time. */
function dropped(body: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (body.readableEnded || body.destroyed) return resolve()
    const timer = setTimeout(resolve, LINGER_MS)
    let bytes = 0
    body.on('data', (buffer: Buffer) => {
      bytes += buffer.length
      // From here on TCP's window closes: the client's writes wait, and it can read our answer meanwhile.
      if (bytes >= DROPPED_BYTES) body.pause()
    })
    for (const event of ['end', 'error', 'close']) {
      body.once(event, () => {
        clearTimeout(timer)
        resolve()
      })
    }
    body.resume()
  })
}
