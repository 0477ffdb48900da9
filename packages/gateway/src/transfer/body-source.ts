import type { Readable } from 'node:stream'

/** Where a body's bytes and its end go. */
export interface BodySink {
  onBytes(bytes: Uint8Array): void
  /** Once: `end` when the body is whole, `dropped` when it broke off. */
  onEnd(how: 'end' | 'dropped'): void
}

/**
 * A request body, read in flowing mode: buffers come as the socket gave them. (`read()` and async iteration join
 * what has queued up, which copies it.)
 */
export class BodySource {
  readonly #body: Readable
  readonly #sink: BodySink
  #state: 'idle' | 'flowing' | 'paused' | 'over' = 'idle'

  constructor(body: Readable, sink: BodySink) {
    this.#body = body
    this.#sink = sink
  }

  get isFlowing(): boolean {
    return this.#state === 'flowing'
  }

  /** Begins, or goes on after {@link pause}. */
  read(): void {
    if (this.#state === 'over' || this.#state === 'flowing') return
    const begins = this.#state === 'idle'
    this.#state = 'flowing'
    if (begins) this.#begin()
    else this.#body.resume()
  }

  pause(): void {
    if (this.#state !== 'flowing') return
    this.#state = 'paused'
    this.#body.pause()
  }

  /** Takes no more of it. What becomes of the rest is the concern of whoever owns the connection. */
  letGo(): void {
    const attached = this.#state !== 'idle' && this.#state !== 'over'
    this.#state = 'over'
    this.#body.on('error', ignore)
    if (!attached) return
    this.#body.off('data', this.#onData).off('end', this.#onEnd)
    this.#body.off('error', this.#onDrop).off('close', this.#onDrop)
    this.#body.pause()
  }

  #begin(): void {
    const body = this.#body
    body.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onDrop).on('close', this.#onDrop)
    // It may have broken off before anybody listened.
    if (body.readableEnded) queueMicrotask(this.#onEnd)
    else if (body.destroyed) queueMicrotask(this.#onDrop)
  }

  readonly #onData = (bytes: Uint8Array): void => this.#sink.onBytes(bytes)
  readonly #onEnd = (): void => this.#finish('end')
  readonly #onDrop = (): void => this.#finish('dropped')

  #finish(how: 'end' | 'dropped'): void {
    if (this.#state === 'over') return
    this.letGo()
    this.#sink.onEnd(how)
  }
}

function ignore(): void {}
