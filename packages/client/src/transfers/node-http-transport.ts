import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Unreachable } from '../unreachable.ts'
import type { HttpBody, HttpRequest, HttpResponse, HttpTransport } from './http-transport.ts'

const IDLE_MS = 60_000

/** HTTP by node:http: an abort closes the socket at once, and `sent` follows the socket's own backpressure. */
export class NodeHttpTransport implements HttpTransport {
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  }

  readonly #idleMs: number

  constructor({ idleMs = IDLE_MS }: { idleMs?: number } = {}) {
    this.#idleMs = idleMs
  }

  send(request: HttpRequest): Promise<HttpResponse> {
    const { method, headers, body, signal, onSent } = request
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const url = new URL(request.url)
      const secure = url.protocol === 'https:'
      const outgoing = (secure ? https : http).request(url, {
        method,
        agent: secure ? this.#agents['https:'] : this.#agents['http:'],
        headers: { ...headers, ...(body && { 'content-length': body.size }) },
        signal,
        timeout: this.#idleMs,
      })
      const fail = (cause: unknown) => reject(failureOf(cause, signal))
      outgoing.on('timeout', () => outgoing.destroy(new Error('No byte moved for 60 s')))
      outgoing.on('error', fail)
      outgoing.on('response', (incoming) => {
        // An answer before the end of the body is a refusal: the rest would be sent in vain.
        if (body && !outgoing.writableFinished) incoming.once('end', () => outgoing.destroy())
        resolve(responseOf(incoming, signal))
      })
      // The source's own error, before what the socket says when it is cut for it.
      const failSource = (cause: unknown) => reject(signal.aborted ? signal.reason : cause)
      if (body && body.size > 0) sendBody(outgoing, { body, onSent, onSourceError: failSource }).catch(fail)
      else outgoing.end()
    })
  }

  close(): void {
    this.#agents['http:'].destroy()
    this.#agents['https:'].destroy()
  }
}

async function sendBody(
  outgoing: http.ClientRequest,
  how: {
    body: HttpBody
    onSent: ((bytes: number) => void) | undefined
    onSourceError: (error: unknown) => void
  },
): Promise<void> {
  const { body, onSent, onSourceError } = how
  let sent = 0
  // The next chunk is asked for once the socket has room: what was asked for before has gone out.
  const counted = async function* () {
    for await (const chunk of sourceOf(body, onSourceError)) {
      yield chunk
      sent += chunk.length
      onSent?.(sent)
    }
  }
  await pipeline(Readable.from(counted(), { objectMode: false, highWaterMark: 64 * 1024 }), outgoing)
}

// A generator of its own: a socket's error, which the stream throws into the outer one, is no error of the source.
async function* sourceOf(body: HttpBody, onError: (error: unknown) => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body.read()
  } catch (error) {
    onError(error)
    throw error
  }
}

function responseOf(incoming: http.IncomingMessage, signal: AbortSignal): HttpResponse {
  return {
    status: incoming.statusCode ?? 0,
    header(name) {
      const value = incoming.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    body: chunksOf(incoming, signal),
  }
}

async function* chunksOf(incoming: http.IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of incoming) yield chunk
  } catch (cause) {
    throw failureOf(cause, signal)
  }
}

function failureOf(cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  return new Unreachable('The connection failed', { cause })
}
