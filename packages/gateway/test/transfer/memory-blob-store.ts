import { BlobMissing, type BlobStore } from '../../src/transfer/blob-store.ts'

const PIECE_BYTES = 64 * 1024
const KEY = /^[0-9a-f-]{1,64}\/[0-9a-f-]{1,64}$/

/** A store for tests, held to the contract of all stores. */
export class MemoryBlobStore implements BlobStore {
  readonly objects = new Map<string, { bytes: Buffer; modifiedAt: Date }>()

  async open(): Promise<void> {}

  async put(key: string, buffers: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    checkKey(key)
    signal?.throwIfAborted()
    this.objects.set(key, { bytes: Buffer.concat(buffers), modifiedAt: new Date() })
  }

  async *read(key: string, start: number, stop: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    checkKey(key)
    signal?.throwIfAborted()
    const bytes = this.objects.get(key)?.bytes
    if (!bytes) throw new BlobMissing(key)
    for (let at = start; at < stop; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, Math.min(stop, at + PIECE_BYTES))
      if (piece.length === 0) throw new Error(`${key} ends before ${stop}`)
      yield piece
      signal?.throwIfAborted()
    }
    if (bytes.length < stop) throw new Error(`${key} ends before ${stop}`)
  }

  async length(key: string): Promise<number | undefined> {
    return this.objects.get(key)?.bytes.length
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      checkKey(key)
      this.objects.delete(key)
    }
  }

  async *list(prefix: string): AsyncGenerator<{ key: string; length: number; modifiedAt: Date }> {
    for (const [key, { bytes, modifiedAt }] of [...this.objects]) {
      if (key.startsWith(prefix)) yield { key, length: bytes.length, modifiedAt }
    }
  }

  async check(): Promise<void> {}
  async close(): Promise<void> {}
}

function checkKey(key: string): void {
  if (!KEY.test(key)) throw new Error(`not a blob key: ${key}`)
}
