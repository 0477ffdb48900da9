import type { WebSocket } from 'ws'
import type { Clock } from '../transfer/clock.ts'

export interface FrameSocketNeeds {
  readonly socket: WebSocket
  readonly clock: Clock
  /** A peer that answers no ping for so long is gone, whatever TCP believes. */
  readonly pingEveryMs: number
  /** Bytes that may wait for a peer to read them. */
  readonly maxBufferedBytes: number
}

/** One WebSocket as a stream of text frames, with its liveness and its bounds. */
export class FrameSocket {
  readonly #needs: FrameSocketNeeds
  #alive = true
  #paused = false
  #closing = false

  constructor(needs: FrameSocketNeeds) {
    this.#needs = needs
    const { clock, pingEveryMs, socket } = needs
    const stopPinging = clock.every(pingEveryMs, () => this.#ping())
    socket.on('pong', () => {
      this.#alive = true
    })
    // Its 'close' follows, and tells all there is to tell.
    socket.on('error', () => {})
    socket.once('close', stopPinging)
  }

  /** `onText` gets each text frame; `onBinary` hears of the first binary one (RFC 7395 §3.2 has none). */
  listen({
    onText,
    onBinary,
    onClose,
  }: {
    onText: (frame: string) => void
    onBinary: () => void
    onClose: () => void
  }): void {
    const { socket } = this.#needs
    socket.on('message', (data, isBinary) => {
      this.#alive = true
      if (isBinary) onBinary()
      else onText(data.toString())
    })
    socket.once('close', onClose)
  }

  /** What waits for a peer that does not read has reached its bound. */
  get stalled(): boolean {
    return this.#needs.socket.bufferedAmount > this.#needs.maxBufferedBytes
  }

  /** False when the socket is no longer open. */
  send(frame: string): boolean {
    const { socket } = this.#needs
    if (socket.readyState !== socket.OPEN) return false
    socket.send(frame)
    return true
  }

  /** Stops and starts reading: what the peer sends then waits in its own buffers. */
  pause(): void {
    this.#paused = true
    this.#needs.socket.pause()
  }

  resume(): void {
    this.#paused = false
    this.#alive = true
    this.#needs.socket.resume()
  }

  /** The closing handshake of RFC 6455; a peer that does not take part is cut off after `graceMs`. */
  close(graceMs: number): void {
    if (this.#closing) return
    this.#closing = true
    // A paused socket would never see the peer's answer.
    this.resume()
    this.#needs.socket.close(1000)
    this.#after(graceMs, () => this.#needs.socket.terminate())
  }

  /** Leaves the peer `graceMs` to say its own goodbye first. */
  closeSoon(graceMs: number): void {
    this.resume()
    this.#after(graceMs, () => this.close(graceMs))
  }

  terminate(): void {
    this.#needs.socket.terminate()
  }

  #after(ms: number, run: () => void): void {
    const { clock, socket } = this.#needs
    if (socket.readyState === socket.CLOSED) return
    const closed = new AbortController()
    socket.once('close', () => closed.abort())
    void clock.sleep(ms, closed.signal).then(() => {
      if (!closed.signal.aborted) run()
    })
  }

  #ping(): void {
    const { socket } = this.#needs
    // While we do not read, its silence says nothing.
    if (socket.readyState !== socket.OPEN || this.#paused) return
    if (!this.#alive) {
      socket.terminate()
      return
    }
    this.#alive = false
    socket.ping()
  }
}
