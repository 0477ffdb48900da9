import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { drained } from '../../packages/gateway/src/tour/drained.ts'

/** One direction of a TCP proxy: its mode, its pace (shared by all connections) and its count. */
export class TcpLane {
  /** Bytes passed on. */
  passed = 0
  readonly #watch: (bytes: Uint8Array) => void
  readonly #changes = new EventEmitter().setMaxListeners(0)
  #bytesPerMs: number | undefined
  #mode: 'pass' | 'stall' | 'drop' = 'pass'
  #freeAt = 0

  constructor(bytesPerSecond: number | undefined, watch: (bytes: Uint8Array) => void) {
    this.#watch = watch
    this.shape(bytesPerSecond)
  }

  shape(bytesPerSecond: number | undefined): void {
    this.#bytesPerMs = bytesPerSecond === undefined ? undefined : bytesPerSecond / 1000
  }

  set mode(mode: 'pass' | 'stall' | 'drop') {
    this.#mode = mode
    this.#changes.emit('mode')
  }

  /** Carries bytes until `from` ends, and then ends `to`. Rejects when either breaks. */
  async carry(from: Socket, to: Socket): Promise<void> {
    // Not destroying it on return keeps a half-closed connection able to answer.
    for await (const bytes of from.iterator({ destroyOnReturn: false })) {
      this.#watch(bytes)
      await this.#pace(bytes.length)
      while (this.#mode === 'stall') await once(this.#changes, 'mode')
      if (to.destroyed) throw new Error('the other side is gone')
      if (this.#mode === 'drop') continue
      this.passed += bytes.length
      if (!to.write(bytes)) await drained(to)
    }
    to.end()
  }

  // The link is busy until #freeAt, and each piece books its time behind that. Timers are too coarse for less than 4 ms.
  async #pace(length: number): Promise<void> {
    if (this.#bytesPerMs === undefined) return
    const now = performance.now()
    this.#freeAt = Math.max(now, this.#freeAt) + length / this.#bytesPerMs
    if (this.#freeAt - now > 4) await sleep(this.#freeAt - now)
  }
}
