import type { FileSource } from '../transfers/file-source.ts'

const WINDOW_BYTES = 256 * 1024

/** Random access to a file through a window of 256 KiB, so that a walk along its structure costs few reads. */
export class ByteWindow {
  /** Bytes. */
  readonly size: number
  readonly #source: Pick<FileSource, 'read'>
  #start = 0
  #held = new Uint8Array()

  constructor(source: Pick<FileSource, 'size' | 'read'>) {
    this.size = source.size
    this.#source = source
  }

  /** The bytes from `at` on, `length` of them or as many as there are. Rejects as FileSource.read does. */
  async bytes(at: number, length: number): Promise<Uint8Array> {
    const stop = Math.min(this.size, at + length)
    if (stop <= at) return new Uint8Array()
    if (at < this.#start || stop > this.#start + this.#held.length) {
      this.#held = await this.#read(at, Math.min(this.size, at + Math.max(length, WINDOW_BYTES)))
      this.#start = at
    }
    return this.#held.subarray(at - this.#start, stop - this.#start)
  }

  async #read(start: number, stop: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(stop - start)
    let length = 0
    for await (const chunk of this.#source.read(start, stop)) {
      bytes.set(chunk, length)
      length += chunk.length
    }
    return bytes.subarray(0, length)
  }
}

/** Big-endian and little-endian numbers of these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The bytes as Latin-1, for the names that file formats use. */
export function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}
