import { crc32 } from 'node:zlib'

const SMALL_BYTES = 4 * 1024
const FIRST_SLAB_BYTES = 4 * 1024
const LARGEST_SLAB_BYTES = 64 * 1024

export interface GatheredBytes {
  readonly buffers: readonly Uint8Array[]
  /** Bytes in all buffers. */
  readonly length: number
  readonly crc32: number
}

/**
 * Gathers a chunk's buffers as they come, without copying. Only small ones are copied, into slabs: a buffer of few
 * bytes costs hundreds, and may keep a whole socket read of 64 KiB alive. Slabs begin small and double, so a
 * slow body does not hold 64 KiB for its first bytes.
 */
export class ChunkGatherer {
  #buffers: Uint8Array[] = []
  #length = 0
  #crc32 = 0
  #slab = new Uint8Array(0)
  #slabFrom = 0
  #slabTo = 0

  get length(): number {
    return this.#length
  }

  push(buffer: Uint8Array): void {
    this.#length += buffer.length
    this.#crc32 = crc32(buffer, this.#crc32)
    if (buffer.length < SMALL_BYTES) this.#copy(buffer)
    else {
      this.#seal()
      this.#buffers.push(buffer)
    }
  }

  /** What is gathered, in order; it stays. */
  peek(): readonly Uint8Array[] {
    this.#seal()
    return this.#buffers
  }

  /** What is gathered, in order; the next chunk begins. */
  take(): GatheredBytes {
    this.#seal()
    const taken = { buffers: this.#buffers, length: this.#length, crc32: this.#crc32 }
    this.#buffers = []
    this.#length = 0
    this.#crc32 = 0
    this.#slab = new Uint8Array(0)
    this.#slabFrom = 0
    this.#slabTo = 0
    return taken
  }

  #copy(buffer: Uint8Array): void {
    let rest = buffer
    while (rest.length > 0) {
      if (this.#slabTo === this.#slab.length) this.#nextSlab()
      const part = rest.subarray(0, this.#slab.length - this.#slabTo)
      this.#slab.set(part, this.#slabTo)
      this.#slabTo += part.length
      rest = rest.subarray(part.length)
    }
  }

  #nextSlab(): void {
    this.#seal()
    const size = this.#slab.length === 0 ? FIRST_SLAB_BYTES : this.#slab.length * 2
    this.#slab = Buffer.allocUnsafeSlow(Math.min(size, LARGEST_SLAB_BYTES))
    this.#slabFrom = 0
    this.#slabTo = 0
  }

  #seal(): void {
    if (this.#slabTo > this.#slabFrom) this.#buffers.push(this.#slab.subarray(this.#slabFrom, this.#slabTo))
    this.#slabFrom = this.#slabTo
  }
}
