import { Refusal } from '@sluice/protocol'
import { Unreachable } from '../unreachable.ts'
import type { FileSource } from './file-source.ts'
import { jsonOf, leave } from './http-answer.ts'
import type { HttpResponse } from './http-transport.ts'
import { isTransient, Patience } from './persistently.ts'
import { isUnauthorised, renewSlot } from './renew-slot.ts'
import { StoppedElsewhere, type UploadRun } from './upload-run.ts'

const TUS = { 'tus-resumable': '1.0.0' }

/**
 * Sends the rest of the file by tus 1.0.0 PATCH until the gateway has committed all of it. A lost connection
 * is waited out, and HEAD tells where to go on: it costs none of the bytes that the gateway had read. A token that
 * expires is renewed. Never resumes by itself: an overtaken device gives way (LEDGER rule 5).
 */
export async function sendBytes(run: UploadRun, source: FileSource): Promise<void> {
  const { record, cell, retry } = run
  const patience = new Patience({
    ...retry,
    onWaiting(error) {
      retry.onWaiting?.(error)
      cell.enter('waiting')
    },
  })
  cell.advance({ sent: record.committed, committed: record.committed, total: source.size })
  let known = true
  let renewed = false
  while (record.committed < source.size) {
    const before = record.committed
    try {
      if (!known) record.committed = await askOffset(run)
      known = true
      cell.advance({ sent: record.committed, committed: record.committed })
      cell.enter('active')
      if (record.committed < source.size) record.committed = await patch(run, source)
      cell.advance({ committed: record.committed })
      if (record.committed <= before) throw new Unreachable('The gateway took nothing')
    } catch (error) {
      run.signal.throwIfAborted()
      if (isDone(error)) record.committed = source.size
      else if (isUnauthorised(error) && !renewed) {
        cell.enter('waiting')
        await renewSlot(run)
        renewed = true
        known = true
      } else {
        known = takeOffset(run, error)
        if (record.committed > before) patience.renew()
        await patience.afterFailure(asOutcome(error))
      }
      continue
    }
    patience.renew()
    renewed = false
  }
  cell.advance({ sent: source.size, committed: source.size })
  await run.save()
}

/** One PATCH of everything that is missing. Resolves with the offset that is durable now. */
async function patch(run: UploadRun, source: FileSource): Promise<number> {
  const { record, cell, signal, hash } = run
  const start = record.committed
  let isRead = false
  const response = await run.needs.transport.send({
    method: 'PATCH',
    url: address(run),
    headers: {
      ...TUS,
      ...authorization(run),
      'upload-offset': String(start),
      'content-type': 'application/offset+octet-stream',
    },
    body: {
      size: source.size - start,
      blob: source.slice?.(start, source.size),
      async *read() {
        isRead = true
        let offset = start
        for await (const chunk of source.read(start, source.size)) {
          await hash.feed(offset, chunk)
          offset += chunk.length
          yield chunk
        }
      },
    },
    signal,
    onSent(bytes) {
      cell.advance({ sent: start + bytes })
      // A transport that sends the Blob itself reads past us.
      if (!isRead && record.sha256 === undefined) hash.follow(source, start + bytes, signal)
    },
  })
  if (response.status !== 204) await jsonOf(response)
  else await leave(response)
  return offsetOf(response)
}

async function askOffset(run: UploadRun): Promise<number> {
  const response = await run.needs.transport.send({
    method: 'HEAD',
    url: address(run),
    headers: { ...TUS, ...authorization(run) },
    signal: run.signal,
  })
  await leave(response)
  if (response.status === 200) return offsetOf(response)
  if (response.status === 423 || response.status >= 500)
    throw new Unreachable(`The answer was ${response.status}`)
  // An answer to HEAD has no body that would say why; the twin's has.
  return (await run.needs.control.status(slotOf(run), run.signal)).committed
}

/** Takes the offset that a refusal names. True when it is known where to go on. */
function takeOffset({ record }: UploadRun, error: unknown): boolean {
  if (!(error instanceof Refusal) || error.code !== 'offset-mismatch') return false
  const { committed } = error.details
  if (typeof committed !== 'number') return false
  record.committed = Math.max(record.committed, committed)
  return true
}

function isDone(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'upload-complete'
}

function asOutcome(error: unknown): unknown {
  const stopped = error instanceof Refusal && error.code === 'upload-cancelled'
  return stopped && !isTransient(error) ? new StoppedElsewhere('Cancelled from elsewhere') : error
}

function offsetOf(response: HttpResponse): number {
  const offset = Number(response.header('upload-offset') ?? Number.NaN)
  if (!Number.isSafeInteger(offset) || offset < 0) throw new Unreachable('The answer names no offset')
  return offset
}

function address(run: UploadRun): string {
  const { uploadUrl } = slotOf(run)
  if (uploadUrl === undefined) throw new Error('There is no slot')
  return uploadUrl
}

function authorization(run: UploadRun): Record<string, string> {
  return { authorization: `Bearer ${slotOf(run).token ?? ''}` }
}

function slotOf({ record }: UploadRun) {
  if (!record.slot) throw new Error('There is no slot')
  return record.slot
}
