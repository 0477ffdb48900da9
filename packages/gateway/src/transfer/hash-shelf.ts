import type { Clock } from './clock.ts'
import type { RunningHash } from './running-hash.ts'

const KEPT_MS = 10 * 60_000
const TIDY_MS = 60_000

/**
 * Keeps the hash of a paused upload for ten minutes, so that going on does not read its bytes back. Only hashes
 * over committed bytes belong here: those bytes never change, so such a hash stays right whoever writes on. (I1)
 */
export class HashShelf {
  readonly #clock: Clock
  readonly #kept = new Map<string, { hash: RunningHash; until: number }>()
  readonly #stopTidying: () => void

  constructor(needs: { clock: Clock }) {
    this.#clock = needs.clock
    this.#stopTidying = needs.clock.every(TIDY_MS, () => this.#tidy())
  }

  /** Of two hashes of one upload the further one stays. */
  keep(uploadId: string, hash: RunningHash): void {
    const held = this.#kept.get(uploadId)
    const further = held && held.hash.offset > hash.offset ? held.hash : hash
    if (further.offset > 0) this.#kept.set(uploadId, { hash: further, until: this.#now() + KEPT_MS })
  }

  /** A hash of the upload's first bytes, at most `upTo` of them; it leaves the shelf. */
  take(uploadId: string, upTo: number): RunningHash | undefined {
    const held = this.#kept.get(uploadId)
    this.#kept.delete(uploadId)
    return held && held.until > this.#now() && held.hash.offset <= upTo ? held.hash : undefined
  }

  forget(uploadId: string): void {
    this.#kept.delete(uploadId)
  }

  close(): void {
    this.#stopTidying()
  }

  #tidy(): void {
    const now = this.#now()
    for (const [uploadId, { until }] of this.#kept) if (until <= now) this.#kept.delete(uploadId)
  }

  #now(): number {
    return this.#clock.now().getTime()
  }
}
