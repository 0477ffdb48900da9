import { latin, viewOf } from './byte-window.ts'

/** Reads big-endian numbers one after the other. Throws RangeError past the end. */
export class ByteCursor {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = viewOf(bytes)
  }

  /** An unsigned number of 0 to 8 bytes; of none it is 0. */
  number(bytes: number): number {
    let value = 0
    for (let left = bytes; left > 0; left--) value = value * 256 + this.#view.getUint8(this.#at++)
    return value
  }

  skip(bytes: number): void {
    this.#at += bytes
  }

  /** Four characters. */
  name(): string {
    this.#at += 4
    return latin(this.#bytes.subarray(this.#at - 4, this.#at))
  }

  /** Up to the next zero byte, or the end. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at)
    const start = this.#at
    this.#at = end < 0 ? this.#bytes.length : end + 1
    return latin(this.#bytes.subarray(start, end < 0 ? undefined : end))
  }
}
