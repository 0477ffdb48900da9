import http from 'node:http'
import https from 'node:https'

interface BlobRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT'
  /** Presigned. */
  readonly url: string
  /** False for a connection of its own. */
  readonly agent: http.Agent | https.Agent | false
  /** Sent as they are, in order, never copied. */
  readonly body?: readonly Uint8Array[]
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds until the head of the answer must be there. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * One HTTP request to an object store; resolves with the head of the answer, whose body the caller must read or destroy.
 * A kept connection that the server closed just as we used it is no failure: the request then goes out once more,
 * on a new one.
 */
export async function sendBlobRequest(request: BlobRequest): Promise<http.IncomingMessage> {
  try {
    return await sendOnce(request)
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error
    return sendOnce({ ...request, agent: false })
  }
}

class StaleConnection extends Error {}

function sendOnce({ method, url, agent, body, headers, timeoutMs, signal }: BlobRequest) {
  return new Promise<http.IncomingMessage>((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const { request } = url.startsWith('https:') ? https : http
    const outgoing = request(url, {
      method,
      agent,
      headers: { ...headers, ...(body && { 'content-length': lengthOf(body) }) },
    })
    const timer = setTimeout(() => {
      outgoing.destroy(new Error(`${method} to the object store took longer than ${timeoutMs} ms`))
    }, timeoutMs)
    let answer: http.IncomingMessage | undefined
    const abort = () => (answer ?? outgoing).destroy(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    outgoing.once('close', () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    })
    outgoing.once('response', (response) => {
      clearTimeout(timer)
      answer = response
      resolve(response)
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const stale = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      reject(stale && !signal?.aborted ? new StaleConnection() : error)
    })
    // All in one tick: node corks them into one writev.
    for (const buffer of body ?? []) outgoing.write(buffer)
    outgoing.end()
  })
}

function lengthOf(body: readonly Uint8Array[]): number {
  return body.reduce((sum, buffer) => sum + buffer.byteLength, 0)
}
