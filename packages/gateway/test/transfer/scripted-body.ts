import { Readable } from 'node:stream'

/** A request body that a test sends piece by piece. */
export class ScriptedBody extends Readable {
  override _read(): void {}

  send(bytes: Uint8Array, pieceBytes = 64 * 1024): this {
    for (let at = 0; at < bytes.length; at += pieceBytes) this.push(bytes.subarray(at, at + pieceBytes))
    return this
  }

  end(): this {
    this.push(null)
    return this
  }

  /** As a connection that breaks off, once all that was sent is read. */
  breakOff(): this {
    if (this.readableFlowing && this.readableLength === 0) this.destroy(new Error('aborted'))
    else setImmediate(() => this.breakOff())
    return this
  }

  static of(bytes: Uint8Array, pieceBytes?: number): ScriptedBody {
    return new ScriptedBody().send(bytes, pieceBytes).end()
  }
}
