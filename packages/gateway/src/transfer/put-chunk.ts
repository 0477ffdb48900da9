import { randomBytes } from 'node:crypto'
import type { BlobStore } from './blob-store.ts'
import type { Clock } from './clock.ts'
import { retry } from './retry.ts'

/** How long a failing PUT is tried again, in ms, before its upload pauses. */
const PUT_RETRY_MS = 30_000
const ATTEMPT_MS = 30_000

/**
 * Stores `buffers` as one object and answers its key. A failed attempt is made again from memory, under another key:
 * its object may yet appear, and keys are never used twice (LEDGER rule 9). Rejects after 30 s of failing.
 */
export async function putChunk(
  needs: { store: BlobStore; clock: Clock },
  chunk: {
    uploadId: string
    start: number
    buffers: readonly Uint8Array[]
    signal: AbortSignal
    onFailure: (error: unknown) => void
  },
): Promise<string> {
  const { store, clock } = needs
  const { signal, onFailure } = chunk
  return await retry({ clock, forMs: PUT_RETRY_MS, signal, onFailure }, async () => {
    const key = `${chunk.uploadId}/${chunk.start}-${randomBytes(8).toString('hex')}`
    const late = new AbortController()
    const inTime = new AbortController()
    void clock.sleep(ATTEMPT_MS, inTime.signal).then(() => {
      if (!inTime.signal.aborted) late.abort(new Error('the store did not answer the PUT in time'))
    })
    try {
      await store.put(key, chunk.buffers, AbortSignal.any([signal, late.signal]))
      return key
    } finally {
      inTime.abort()
    }
  })
}
