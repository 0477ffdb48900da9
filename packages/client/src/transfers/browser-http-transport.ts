import { Unreachable } from '../unreachable.ts'
import type { HttpBody, HttpRequest, HttpResponse, HttpTransport } from './http-transport.ts'
import { releaseBytes } from './release-bytes.ts'

const IDLE_MS = 60_000

/**
 * HTTP by what pages have: XMLHttpRequest for what has a body, since it alone tells how far a body has gone and streams a
 * Blob without holding it; fetch for the rest, since it alone streams an answer.
 */
export class BrowserHttpTransport implements HttpTransport {
  readonly #idleMs: number

  constructor({ idleMs = IDLE_MS }: { idleMs?: number } = {}) {
    this.#idleMs = idleMs
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    request.signal.throwIfAborted()
    const watch = new Watch(request.signal, this.#idleMs)
    try {
      return await (request.body ? sendByXhr(request, request.body, watch) : sendByFetch(request, watch))
    } catch (error) {
      watch.end()
      throw error
    }
  }

  /** The browser looks after its connections. */
  close(): void {}
}

/** The time since the last byte, and the end of a request by it or by its owner. */
class Watch {
  /** Aborts when the owner says so, or when no byte moved for too long. */
  readonly signal: AbortSignal
  readonly #owner: AbortSignal
  readonly #idle = new AbortController()
  readonly #idleMs: number
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(owner: AbortSignal, idleMs: number) {
    this.#owner = owner
    this.#idleMs = idleMs
    this.signal = AbortSignal.any([owner, this.#idle.signal])
    this.moved()
  }

  readonly moved = (): void => {
    this.end()
    this.#timer = setTimeout(() => this.#idle.abort(), this.#idleMs)
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  failure(cause: unknown): unknown {
    if (this.#owner.aborted) return this.#owner.reason
    const why = this.#idle.signal.aborted ? 'No byte moved for 60 s' : 'The connection failed'
    return new Unreachable(why, { cause })
  }
}

async function sendByFetch({ method, url, headers }: HttpRequest, watch: Watch): Promise<HttpResponse> {
  const response = await fetch(url, {
    method,
    headers: { ...headers },
    signal: watch.signal,
    credentials: 'omit',
    cache: 'no-store',
  }).catch((cause) => {
    throw watch.failure(cause)
  })
  watch.moved()
  // What begins with TLS ends with it; a page sees no redirect before it was followed.
  if (url.startsWith('https:') && response.redirected && !response.url.startsWith('https:'))
    throw new Unreachable('The redirect leads out of TLS')
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    body: chunksOf(response, watch),
  }
}

async function* chunksOf({ body }: Response, watch: Watch): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader()
  try {
    for (;;) {
      watch.moved()
      const piece = await reader?.read()
      if (!piece || piece.done) return
      // How long the taker takes is no silence of the line.
      watch.end()
      yield piece.value
      releaseBytes(piece.value)
    }
  } catch (cause) {
    throw watch.failure(cause)
  } finally {
    watch.end()
    await reader?.cancel().catch(() => {})
  }
}

async function sendByXhr(
  { method, url, headers = {}, onSent }: HttpRequest,
  body: HttpBody,
  watch: Watch,
): Promise<HttpResponse> {
  const blob = body.blob ?? (await collected(body.read()))
  const xhr = new XMLHttpRequest()
  const abort = () => xhr.abort()
  try {
    await new Promise<void>((resolve, reject) => {
      watch.signal.throwIfAborted()
      watch.signal.addEventListener('abort', abort)
      xhr.open(method, url)
      xhr.responseType = 'arraybuffer'
      for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
      xhr.upload.onprogress = ({ loaded }) => {
        watch.moved()
        onSent?.(loaded)
      }
      xhr.onprogress = watch.moved
      xhr.onload = () => resolve()
      xhr.onerror = xhr.onabort = reject
      xhr.send(blob)
    })
  } catch (cause) {
    // A file that changed or went fails like a line that broke; the file itself tells which.
    if (!watch.signal.aborted) for await (const _ of body.read()) break
    throw watch.failure(cause)
  } finally {
    watch.end()
    watch.signal.removeEventListener('abort', abort)
  }
  return {
    status: xhr.status,
    header: (name) => xhr.getResponseHeader(name) ?? undefined,
    body: only(new Uint8Array(xhr.response as ArrayBuffer)),
  }
}

async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Blob> {
  const held: BlobPart[] = []
  for await (const chunk of chunks) held.push(chunk as BlobPart)
  return new Blob(held)
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
