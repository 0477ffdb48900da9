import { createHash } from 'node:crypto'
import { SeededBytes, seededRandom } from '../stack/seeded-bytes.ts'

const MIB = 1024 ** 2
const PART_BYTES = [3 * MIB + 1, 4 * MIB - 7, 5 * MIB + 11, 6 * MIB]

/** Some bytes of a part. */
export interface Piece {
  readonly part: number
  readonly start: number
  readonly stop: number
}

/**
 * A file too large to be written down, that a page composes of pieces of a few parts. No two stretches of it are laid out
 * alike, so bytes that are lost, doubled or moved change the hash.
 */
export class ComposedFile {
  readonly parts: readonly Buffer[] = PART_BYTES.map((size) => new SeededBytes(size, size).slice(0, size))
  readonly pieces: readonly Piece[]

  constructor(size: number) {
    const random = seededRandom(size)
    const pieces: Piece[] = []
    for (let left = size; left > 0; ) {
      const part = Math.floor(random() * PART_BYTES.length)
      const start = Math.floor(random() * MIB)
      const stop = Math.min(PART_BYTES[part] ?? 0, start + left)
      pieces.push({ part, start, stop })
      left -= stop - start
    }
    this.pieces = pieces
  }

  /** SHA-256 of the whole, lowercase hex. */
  sha256(): string {
    const hash = createHash('sha256')
    for (const { part, start, stop } of this.pieces)
      hash.update(this.parts[part]?.subarray(start, stop) ?? '')
    return hash.digest('hex')
  }
}
