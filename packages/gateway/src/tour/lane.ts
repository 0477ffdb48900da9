import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { drained } from './drained.ts'

/** A piece takes about so long at the lane's pace: short enough to look even, long enough for timers. */
const PIECE_MS = 20
const LEAST_PIECE_BYTES = 1024

/** One way of a network: its pace, shared by all its connections, and what it has carried. */
export class Lane {
  /** Bytes handed on. */
  carried = 0
  #bytesPerSecond: number | undefined
  #freeAt = 0

  get bytesPerSecond(): number | undefined {
    return this.#bytesPerSecond
  }

  set bytesPerSecond(value: number | undefined) {
    this.#bytesPerSecond = value
    // What was booked at the old pace is not waited for at the new one.
    this.#freeAt = 0
  }

  /** Carries bytes until `from` ends, then ends `to`. Rejects when either breaks. */
  async carry(from: Socket, to: Socket): Promise<void> {
    // Not destroying it on return keeps a half-closed connection able to answer.
    for await (const bytes of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      for (let at = 0; at < bytes.length; ) {
        const piece = bytes.subarray(at, at + this.#pieceLength())
        at += piece.length
        await this.#pace(piece.length)
        if (to.destroyed) throw new Error('the other side is gone')
        this.carried += piece.length
        if (!to.write(piece)) await drained(to)
      }
    }
    to.end()
  }

  #pieceLength(): number {
    if (this.#bytesPerSecond === undefined) return Number.POSITIVE_INFINITY
    return Math.max(LEAST_PIECE_BYTES, Math.round((this.#bytesPerSecond * PIECE_MS) / 1000))
  }

  /** The way is busy until `#freeAt`, and each piece books its time behind that. */
  async #pace(length: number): Promise<void> {
    if (this.#bytesPerSecond === undefined) return
    const now = performance.now()
    this.#freeAt = Math.max(now, this.#freeAt) + (length / this.#bytesPerSecond) * 1000
    // Timers are too coarse for less than 4 ms.
    if (this.#freeAt - now > 4) await sleep(this.#freeAt - now)
  }
}
