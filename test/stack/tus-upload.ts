import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { statusFromJson, type UploadStatus } from '@sluice/protocol'
import type { SeededBytes } from './seeded-bytes.ts'

const TUS = { 'Tus-Resumable': '1.0.0' }

export interface TusUpload {
  readonly url: string
  readonly token: string
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** One HTTP request with a small body or none. Rejects when the connection breaks. */
export async function ask(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<Answer> {
  const sent = request(url, { method, headers, agent: false })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const pieces: Buffer[] = []
  for await (const piece of answer) pieces.push(piece as Buffer)
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces).toString() }
}

/** POST /uploads with an account token. */
export async function createUpload(
  base: string,
  accountToken: string,
  size: number,
  name = 'file.bin',
): Promise<TusUpload> {
  const answer = await ask('POST', `${base}/uploads`, {
    ...TUS,
    Authorization: `Bearer ${accountToken}`,
    'Upload-Length': String(size),
    'Upload-Metadata': `filename ${Buffer.from(name).toString('base64')},filetype ${Buffer.from('application/octet-stream').toString('base64')}`,
  })
  if (answer.status !== 201) throw new Error(`POST /uploads answered ${answer.status} ${answer.body}`)
  return { url: new URL(String(answer.headers.location), base).href, token: accountToken }
}

/** HEAD: the durable offset, with every writer settled. */
export async function headOffset(upload: TusUpload): Promise<number> {
  const answer = await ask('HEAD', upload.url, { ...TUS, Authorization: `Bearer ${upload.token}` })
  if (answer.status !== 200)
    throw new Error(`HEAD answered ${answer.status} ${answer.headers['sluice-refusal']}`)
  return Number(answer.headers['upload-offset'])
}

/** GET state: disturbs nobody. */
export async function status(upload: TusUpload): Promise<UploadStatus> {
  const answer = await ask('GET', `${upload.url}/state`, { Authorization: `Bearer ${upload.token}` })
  if (answer.status !== 200) throw new Error(`GET state answered ${answer.status} ${answer.body}`)
  return statusFromJson(JSON.parse(answer.body))
}

export interface PatchOptions {
  readonly from: number
  /** Where the sent range ends; the whole rest by default. */
  readonly to?: number
  /** Bytes per second; as fast as it goes by default. */
  readonly bytesPerSecond?: number
  readonly signal?: AbortSignal
  /** Stalls at that file offset, a multiple of 64 KiB from `from`, until the promise resolves. */
  readonly hold?: { readonly at: number; readonly until: Promise<void> }
  /** After each piece that the socket took: the file offset sent so far. */
  readonly onSent?: (offset: number) => void
}

/** PATCH of [from, to). Rejects when the connection breaks before an answer. */
export async function patch(upload: TusUpload, file: SeededBytes, options: PatchOptions): Promise<Answer> {
  const to = options.to ?? file.size
  const sent = request(upload.url, {
    method: 'PATCH',
    agent: false,
    ...(options.signal ? { signal: options.signal } : {}),
    headers: {
      ...TUS,
      Authorization: `Bearer ${upload.token}`,
      'Content-Type': 'application/offset+octet-stream',
      'Upload-Offset': String(options.from),
      'Content-Length': String(to - options.from),
    },
  })
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  const feeding = feed(sent, file, { ...options, to })
  feeding.catch(() => {})
  const [answer] = await answered
  const pieces: Buffer[] = []
  for await (const piece of answer) pieces.push(piece as Buffer)
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces).toString() }
}

async function feed(
  sent: ReturnType<typeof request>,
  file: SeededBytes,
  options: PatchOptions & { to: number },
): Promise<void> {
  const began = performance.now()
  const pieceBytes = 64 * 1024
  for (let at = options.from; at < options.to && !sent.destroyed; at += pieceBytes) {
    const stop = Math.min(options.to, at + pieceBytes)
    if (!sent.write(file.slice(at, stop))) await once(sent, 'drain')
    options.onSent?.(stop)
    if (stop === options.hold?.at) await options.hold.until
    if (options.bytesPerSecond) await until(began + ((stop - options.from) / options.bytesPerSecond) * 1000)
  }
  sent.end()
}

/** A pace, not a wait: the sender of a throttled body. */
async function until(due: number): Promise<void> {
  const ms = due - performance.now()
  if (ms > 4) await new Promise((resolve) => setTimeout(resolve, ms))
}

/** SHA-256 and length of what a GET gives. */
export async function download(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; sha256: string; bytes: number }> {
  const sent = request(url, { headers, agent: false })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of answer) {
    hash.update(piece as Buffer)
    bytes += (piece as Buffer).length
  }
  return { status: answer.statusCode ?? 0, sha256: hash.digest('hex'), bytes }
}
