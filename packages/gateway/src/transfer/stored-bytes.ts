import { BlobMissing, type BlobStore } from './blob-store.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import type { Chunk, UploadLedger } from './upload-ledger.ts'

// How much of the chunk list is asked for at once: a long upload has too many rows for one answer.
const WINDOW_BYTES = 256 * 1024 * 1024
const MAX_FAILURES = 5
const FIRST_PAUSE_MS = 100

interface Part {
  readonly key: string
  readonly from: number
  readonly to: number
}

interface OpenedPart {
  readonly part: Part
  readonly bytes: AsyncIterator<Uint8Array>
  readonly first: Promise<IteratorResult<Uint8Array>>
}

/** The committed bytes of an upload as one stream, whatever chunks they lie in. Takes no lock. */
export class StoredBytes {
  readonly #ledger: UploadLedger
  readonly #store: BlobStore
  readonly #clock: Clock
  readonly #logger: Logger

  constructor(needs: { ledger: UploadLedger; store: BlobStore; clock: Clock; logger: Logger }) {
    this.#ledger = needs.ledger
    this.#store = needs.store
    this.#clock = needs.clock
    this.#logger = needs.logger
  }

  /**
   * Streams [start, stop), which must be committed. Opens the next chunk's response ahead but buffers nothing of it. On
   * a failure it goes on at the byte reached, asking the ledger for the chunks again (compaction moves them);
   * rejects after five failures without a byte between them, or when one object is missing twice.
   */
  async *read(
    uploadId: string,
    start: number,
    stop: number,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    let at = start
    let failures = 0
    let missing: string | undefined
    while (at < stop) {
      try {
        for await (const bytes of this.#readOnce(uploadId, at, stop, signal)) {
          if (bytes.length === 0) continue
          at += bytes.length
          failures = 0
          missing = undefined
          yield bytes
        }
      } catch (error) {
        signal?.throwIfAborted()
        failures++
        const again = error instanceof BlobMissing && error.key === missing
        missing = error instanceof BlobMissing ? error.key : undefined
        if (again || failures >= MAX_FAILURES) throw error
        this.#logger.warn({ err: error, uploadId, at }, 'reading stored bytes failed, going on')
        await this.#clock.sleep(FIRST_PAUSE_MS * 2 ** (failures - 1), signal)
      }
    }
  }

  async *#readOnce(
    id: string,
    start: number,
    stop: number,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const over = new AbortController()
    const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal
    const parts = this.#parts(id, start, stop)
    const opened: OpenedPart[] = []
    try {
      for (;;) {
        const next = await parts.next()
        if (!next.done) opened.push(this.#open(next.value, either))
        if (opened.length === 2 || next.done) {
          const current = opened[0]
          if (!current) return
          yield* drain(current)
          opened.shift()
        }
      }
    } finally {
      over.abort()
      for (const { bytes } of opened) void Promise.resolve(bytes.return?.()).catch(() => {})
    }
  }

  #open(part: Part, signal: AbortSignal): OpenedPart {
    const bytes = this.#store.read(part.key, part.from, part.to, signal)[Symbol.asyncIterator]()
    const first = bytes.next()
    first.catch(() => {}) // told when its turn comes
    return { part, bytes, first }
  }

  async *#parts(id: string, start: number, stop: number): AsyncGenerator<Part> {
    let at = start
    while (at < stop) {
      const chunks = await this.#ledger.chunks(id, at, Math.min(stop, at + WINDOW_BYTES))
      for (const chunk of chunks) {
        if (chunk.start > at) throw gap(at)
        yield partOf(chunk, at, stop)
        at = Math.min(chunk.stop, stop)
      }
      if (chunks.length === 0) throw gap(at)
    }
  }
}

async function* drain({ part, bytes, first }: OpenedPart): AsyncGenerator<Uint8Array> {
  let left = part.to - part.from
  for (let result = await first; !result.done; result = await bytes.next()) {
    left -= result.value.length
    if (left < 0) break
    yield result.value
  }
  if (left !== 0) throw new Error(`object ${part.key} gave another length than the ledger knows`)
}

function partOf(chunk: Chunk, at: number, stop: number): Part {
  return { key: chunk.key, from: at - chunk.start, to: Math.min(chunk.stop, stop) - chunk.start }
}

function gap(at: number): Error {
  return new Error(`no chunk holds byte ${at}`)
}
