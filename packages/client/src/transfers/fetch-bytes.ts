import { Refusal } from '@sluice/protocol'
import type { Part } from '../persistence/store.ts'
import { Unreachable } from '../unreachable.ts'
import type { DownloadRecord } from './download-record.ts'
import { jsonOf, leave } from './http-answer.ts'
import type { HttpResponse, HttpTransport } from './http-transport.ts'
import type { RunningHash } from './running-hash.ts'

export interface FetchNeeds {
  readonly transport: HttpTransport
  readonly record: DownloadRecord
  readonly url: string
  readonly part: Part
  readonly signal: AbortSignal
  /** Fed with what comes; `reset` when it starts again at 0. */
  readonly hash: { current: RunningHash; reset(): void }
  readonly onHead: (size: number) => Promise<void>
  readonly onBytes: () => void
}

/**
 * One GET of what is missing, by Range and If-Range (RFC 9110 §13.1.5, §14.2), appended to the part. Resolves once
 * all bytes are there. Another ETag, or an answer with the whole, starts again at 0 and never appends.
 */
export async function fetchBytes(needs: FetchNeeds): Promise<void> {
  const { transport, record, url, part, signal } = needs
  if (part.size > 0 && record.etag === undefined) await restart(needs)
  const response = await transport.send({
    method: 'GET',
    url,
    headers: {
      range: `bytes=${part.size}-`,
      ...(part.size > 0 && record.etag !== undefined && { 'if-range': record.etag }),
    },
    signal,
  })
  if (response.status === 416) return handleUnsatisfiable(needs, response)
  if (response.status !== 200 && response.status !== 206) {
    await jsonOf(response).catch((error: unknown) => {
      throw isForeignGone(response, error) ? new Refusal('media-gone') : error
    })
    throw new Unreachable(`The answer was ${response.status}`)
  }
  const range = rangeOf(response, part.size)
  const etag = response.header('etag')
  // Not the file that the part is of, or the server gave no part: everything from 0.
  if (range.start !== part.size || (part.size > 0 && etag !== record.etag)) await restart(needs)
  if (range.start !== part.size) {
    await leaveOpen(response)
    throw new Unreachable('The answer begins elsewhere')
  }
  // Noted before the bytes: a part is never there without what tells whether it may be gone on with.
  record.etag = strong(etag)
  await needs.onHead(range.total)
  for await (const chunk of response.body) {
    signal.throwIfAborted()
    await needs.hash.current.feed(part.size, chunk)
    await part.append(chunk)
    needs.onBytes()
  }
  if (part.size < range.total) throw new Unreachable('The answer ended early')
}

/** A foreign server says by its status alone that the file is there no longer. */
function isForeignGone({ status }: HttpResponse, error: unknown): boolean {
  const isOurs = error instanceof Refusal && error.code !== 'bad-request'
  return (status === 404 || status === 410) && !isOurs
}

/** The part is as long as the file (or longer): all there, or of another file. */
async function handleUnsatisfiable(needs: FetchNeeds, response: HttpResponse): Promise<void> {
  await leave(response)
  const total = Number(/\/(\d+)$/.exec(response.header('content-range') ?? '')?.[1] ?? Number.NaN)
  if (total === needs.part.size) return needs.onHead(total)
  await restart(needs)
  if (total !== 0) throw new Unreachable('The part is longer than the file')
  await needs.onHead(0)
}

async function restart({ record, part, hash, onBytes }: FetchNeeds): Promise<void> {
  await part.reset()
  hash.reset()
  record.etag = undefined
  onBytes()
}

function rangeOf(response: HttpResponse, asked: number): { start: number; total: number } {
  const range = response.header('content-range')
  // A page does not see the range of a server that does not expose it; asked from 0, it is the whole.
  if (response.status === 200 || (range === undefined && asked === 0)) {
    const total = Number(response.header('content-length') ?? Number.NaN)
    if (Number.isSafeInteger(total)) return { start: 0, total }
    throw new Refusal('bad-request', { reason: 'the answer does not say how long it is' })
  }
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(range ?? '') ?? []
  if (start === undefined || total === undefined)
    throw new Refusal('bad-request', { reason: 'the range of the answer is not readable' })
  return { start: Number(start), total: Number(total) }
}

/** A weak ETag does not vouch for bytes (RFC 9110 §13.1.5), so nothing may be gone on with under it. */
function strong(etag: string | undefined): string | undefined {
  return etag?.startsWith('W/') ? undefined : etag
}

/** Ends the iteration before its first chunk, which closes the connection. */
async function leaveOpen(response: HttpResponse): Promise<void> {
  for await (const _ of response.body) break
}
