import { createHash, type Hash } from 'node:crypto'

/** SHA-256 over an upload's bytes [0, offset), to be fed with what follows. */
export class RunningHash {
  readonly #hash: Hash
  #offset: number

  constructor(hash: Hash = createHash('sha256'), offset = 0) {
    this.#hash = hash
    this.#offset = offset
  }

  get offset(): number {
    return this.#offset
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes)
    this.#offset += bytes.length
  }

  /** The same state, to be fed on its own. */
  copy(): RunningHash {
    return new RunningHash(this.#hash.copy(), this.#offset)
  }

  /** Lowercase hex; this hash stays usable. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }
}
