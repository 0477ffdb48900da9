/**
 * Where chunk bytes lie. Keys are `<uploadId>/<offset>-<random>` in [0-9a-f/-] and are never used twice (I2),
 * so an adapter never has to overwrite.
 */
export interface BlobStore {
  /** Refuses to start on a store that cannot keep our promises (missing bucket that cannot be made, versioned bucket). */
  open(): Promise<void>

  /**
   * Stores `buffers`, in order, as the object `key`. Resolves only when a crash of the store's process right
   * after can no longer lose it. The buffers are not copied and must not change meanwhile.
   * Rejects on any doubt; the object may then exist or appear later (a doomed key is swept).
   */
  put(key: string, buffers: readonly Uint8Array[], signal?: AbortSignal): Promise<void>

  /**
   * Streams the bytes [start, stop) of the object, stop ≤ its length. Bytes are read as the consumer pulls.
   * Throws {@link BlobMissing} when there is no such object; any other failure in mid-stream rejects the iteration.
   * Ending the iteration early frees the connection.
   */
  read(key: string, start: number, stop: number, signal?: AbortSignal): AsyncIterable<Uint8Array>

  /** Length in bytes, or undefined when there is no such object. */
  length(key: string): Promise<number | undefined>

  /** Deletes each; a key that is not there is no failure. Idempotent. */
  remove(keys: readonly string[]): Promise<void>

  /** All objects whose key begins with `prefix` (`''` for all), in any order. */
  list(prefix: string): AsyncIterable<{ key: string; length: number; modifiedAt: Date }>

  /** Resolves when the store answers; rejects when it does not. For readiness. */
  check(signal?: AbortSignal): Promise<void>

  close(): Promise<void>
}

export class BlobMissing extends Error {
  override readonly name = 'BlobMissing'
  readonly key: string

  constructor(key: string) {
    super(`no object ${key}`)
    this.key = key
  }
}
