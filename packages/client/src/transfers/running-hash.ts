/** SHA-256 of bytes that come one after the other; a port, since WebCrypto has none that goes on. */
export interface IncrementalHash {
  update(bytes: Uint8Array): void
  /** Lowercase hex; once. */
  digest(): string
}

/** The hash of a whole file, fed by what passes by anyway; what it missed it reads at the end. */
export class RunningHash {
  readonly #hash: IncrementalHash
  #position = 0
  #digest: string | undefined

  constructor(hash: IncrementalHash) {
    this.#hash = hash
  }

  /** The bytes of the file at this offset. Those that were hashed already are skipped; after a gap none is taken. */
  feed(offset: number, bytes: Uint8Array): void {
    const known = this.#position - offset
    if (known < 0 || known >= bytes.length) return
    this.#hash.update(known === 0 ? bytes : bytes.subarray(known))
    this.#position = offset + bytes.length
  }

  /** Hashes what was not fed, and answers the hash of the first `size` bytes in lowercase hex. */
  async finish(
    file: { size: number; read(start: number, stop: number): AsyncIterable<Uint8Array> },
    signal: AbortSignal,
  ): Promise<string> {
    if (this.#digest !== undefined) return this.#digest
    for await (const chunk of file.read(this.#position, file.size)) {
      signal.throwIfAborted()
      this.feed(this.#position, chunk)
    }
    this.#digest = this.#hash.digest()
    return this.#digest
  }
}
