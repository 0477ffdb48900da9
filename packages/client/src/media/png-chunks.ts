import { type ByteWindow, latin, viewOf } from './byte-window.ts'

export interface PngChunk {
  readonly type: string
  readonly start: number
  readonly body: number
  /** Behind the data, where its checksum stands. */
  readonly bodyStop: number
  readonly stop: number
}

const SIGNATURE_BYTES = 8

/** The chunks of a PNG (ISO/IEC 15948 §5) up to its end; one that is cut ends with the file. */
export async function* pngChunks(window: ByteWindow): AsyncGenerator<PngChunk> {
  for (let at = SIGNATURE_BYTES; at + 8 <= window.size; ) {
    const head = await window.bytes(at, 8)
    const type = latin(head.subarray(4))
    if (!/^[A-Za-z]{4}$/.test(type)) return
    const bodyStop = Math.min(window.size, at + 8 + viewOf(head).getUint32(0))
    const stop = Math.min(window.size, bodyStop + 4)
    yield { type, start: at, body: at + 8, bodyStop, stop }
    if (type === 'IEND') return
    at = stop
  }
}
