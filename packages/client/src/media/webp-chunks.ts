import { type ByteWindow, latin, viewOf } from './byte-window.ts'

export interface WebpChunk {
  readonly type: string
  readonly start: number
  readonly body: number
  /** Without the padding to an even length. */
  readonly bodyStop: number
  readonly stop: number
}

const HEADER_BYTES = 12

/** The chunks of a WebP (RFC 9649 §2) up to the end that its header names; one that is cut ends with the file. */
export async function* webpChunks(window: ByteWindow): AsyncGenerator<WebpChunk> {
  const header = await window.bytes(0, HEADER_BYTES)
  if (header.length < HEADER_BYTES) return
  const end = Math.min(window.size, 8 + viewOf(header).getUint32(4, true))
  for (let at = HEADER_BYTES; at + 8 <= end; ) {
    const head = await window.bytes(at, 8)
    const length = viewOf(head).getUint32(4, true)
    const bodyStop = Math.min(end, at + 8 + length)
    const stop = Math.min(end, bodyStop + (length % 2))
    yield { type: latin(head.subarray(0, 4)), start: at, body: at + 8, bodyStop, stop }
    at = stop
  }
}
