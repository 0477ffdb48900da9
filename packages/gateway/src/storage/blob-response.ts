import type { IncomingMessage } from 'node:http'

/** Nothing that an object store says about an error is longer; the rest is not read. */
const MAX_ERROR_BYTES = 16 * 1024

/** What an object store answered instead of doing it. `code` is S3's (`NoSuchKey`, `SlowDown`, …) if it gave one. */
export class BlobStoreRefused extends Error {
  override readonly name = 'BlobStoreRefused'
  readonly status: number
  readonly code: string | undefined

  constructor(what: string, status: number, code: string | undefined) {
    super(`the object store answered ${status}${code ? ` ${code}` : ''} to ${what}`)
    this.status = status
    this.code = code
  }
}

/** Reads the rest of an answer that is no success, so that its connection can be used again, and makes an error of it. */
export async function refusedBy(response: IncomingMessage, what: string): Promise<BlobStoreRefused> {
  const text = await readText(response)
  return new BlobStoreRefused(what, response.statusCode ?? 0, /<Code>(\w+)<\/Code>/.exec(text)?.[1])
}

/** Bytes of `response` as the consumer pulls them; rejects when none come for `idleMs` while it waits. */
export async function* bytesOf(response: IncomingMessage, idleMs: number): AsyncGenerator<Uint8Array> {
  const bytes: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]()
  try {
    for (;;) {
      // Only while we wait: a consumer may take its time, the store may not.
      const timer = setTimeout(() => {
        response.destroy(new Error(`the object store sent nothing for ${idleMs} ms`))
      }, idleMs)
      const next = await bytes.next().finally(() => clearTimeout(timer))
      if (next.done) return
      yield next.value
    }
  } finally {
    // A connection whose answer was read to its end stays with the agent; any other is closed.
    if (!response.complete) response.destroy()
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = ''
  try {
    for await (const bytes of bytesOf(response, 5_000)) {
      text += Buffer.from(bytes).toString('latin1')
      if (text.length > MAX_ERROR_BYTES) break
    }
  } catch {
    // The status says enough.
  }
  return text
}
