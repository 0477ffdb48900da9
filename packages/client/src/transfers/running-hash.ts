import { releaseBytes } from './release-bytes.ts'

/** SHA-256 of bytes that come one after the other; a port, since WebCrypto has none that goes on. */
export interface IncrementalHash {
  update(bytes: Uint8Array): void
  /** Lowercase hex; once. */
  digest(): string
}

/** Begins a hash; what does the work may have to be loaded first. */
export type Sha256 = () => Promise<IncrementalHash>

interface Readable {
  read(start: number, stop: number): AsyncIterable<Uint8Array>
  slice?(start: number, stop: number): Blob
}

/** The hash of a whole file, fed by what passes by anyway; what it missed it reads alongside or at the end. */
export class RunningHash {
  readonly #sha256: Sha256
  #hash: Promise<IncrementalHash> | undefined
  #position = 0
  #following: Promise<void> | undefined
  #until = 0
  #digest: string | undefined

  constructor(sha256: Sha256) {
    this.#sha256 = sha256
  }

  /** The bytes of the file at this offset. Those that were hashed already are skipped; after a gap none is taken. */
  async feed(offset: number, bytes: Uint8Array): Promise<void> {
    const hash = await this.#begun()
    const known = this.#position - offset
    if (known < 0 || known >= bytes.length) return
    hash.update(known === 0 ? bytes : bytes.subarray(known))
    this.#position = offset + bytes.length
  }

  /**
   * Reads and hashes the file up to `until` in the background, for a transport that reads the file by itself. What
   * cannot be read is left to `finish`.
   */
  follow(file: Readable, until: number, signal: AbortSignal): void {
    this.#until = Math.max(this.#until, until)
    this.#following ??= this.#follow(file, signal)
      .catch(() => {})
      .finally(() => {
        this.#following = undefined
      })
  }

  async #follow(file: Readable, signal: AbortSignal): Promise<void> {
    while (this.#position < this.#until && !signal.aborted) await this.#read(file, this.#until, signal)
  }

  /** Hashes what was not fed, and answers the hash of the first `size` bytes in lowercase hex. */
  async finish(file: Readable & { size: number }, signal: AbortSignal): Promise<string> {
    await this.#following
    if (this.#digest !== undefined) return this.#digest
    await this.#read(file, file.size, signal)
    this.#digest = (await this.#begun()).digest()
    return this.#digest
  }

  /** What could not be loaded is tried again the next time. */
  #begun(): Promise<IncrementalHash> {
    this.#hash ??= this.#sha256().catch((error) => {
      this.#hash = undefined
      throw error
    })
    return this.#hash
  }

  async #read(file: Readable, stop: number, signal: AbortSignal): Promise<void> {
    let offset = this.#position
    for await (const chunk of file.read(offset, stop)) {
      signal.throwIfAborted()
      await this.feed(offset, chunk)
      offset += chunk.length
      // Of a Blob we have a copy that is ours alone.
      if (file.slice) releaseBytes(chunk)
    }
  }
}
