import { createCipheriv, createHash } from 'node:crypto'

/**
 * A file that exists only as a seed: the same seed gives the same bytes at every offset, and no two offsets look
 * alike, so a lost, doubled or shifted byte changes the hash.
 */
export class SeededBytes {
  readonly size: number
  readonly #key: Buffer

  constructor(seed: number | string, size: number) {
    this.#key = createHash('md5').update(String(seed)).digest()
    this.size = size
  }

  /** The bytes [start, stop). */
  slice(start: number, stop: number): Buffer {
    const block = Math.floor(start / 16)
    const counter = Buffer.alloc(16)
    counter.writeBigUInt64BE(BigInt(block), 8)
    const skip = start - block * 16
    const keystream = createCipheriv('aes-128-ctr', this.#key, counter).update(
      Buffer.alloc(skip + stop - start),
    )
    return keystream.subarray(skip)
  }

  /** The bytes from `start` on, in pieces. */
  *from(start: number, pieceBytes = 64 * 1024): Generator<Buffer> {
    for (let at = start; at < this.size; at += pieceBytes) {
      yield this.slice(at, Math.min(this.size, at + pieceBytes))
    }
  }

  /** SHA-256 of the whole, lowercase hex. */
  sha256(): string {
    const hash = createHash('sha256')
    for (const piece of this.from(0, 1024 * 1024)) hash.update(piece)
    return hash.digest('hex')
  }
}

/** mulberry32: a seeded source of numbers in [0, 1), for offsets and orders that a failed run can repeat. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
