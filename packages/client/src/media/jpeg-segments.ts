import type { ByteWindow } from './byte-window.ts'

/** A marker with what belongs to it; of a scan also the coded image behind it. */
export interface JpegSegment {
  readonly marker: number
  readonly start: number
  /** Where the parameters begin; `stop` where there are none. */
  readonly body: number
  readonly stop: number
}

export const JPEG_MARKERS = { exif: 0xe1, endOfImage: 0xd9, scan: 0xda, comment: 0xfe } as const

const SCAN_BYTES = 64 * 1024

/**
 * The segments of a JPEG (ITU-T T.81 §B) from behind its first marker up to the end of the image. Bytes that belong to none
 * are passed over, as decoders do; a segment that is cut ends with the file.
 */
export async function* jpegSegments(window: ByteWindow): AsyncGenerator<JpegSegment> {
  let at: number | undefined = 2
  for (;;) {
    at = await findMarker(window, at)
    if (at === undefined) return
    const [, marker = 0, high = 0, low = 0] = await window.bytes(at, 4)
    if (marker === JPEG_MARKERS.endOfImage) {
      yield { marker, start: at, body: at + 2, stop: at + 2 }
      return
    }
    const length = high * 256 + low
    if (standsAlone(marker) || length < 2) {
      at += 2
      continue
    }
    const head: number = Math.min(window.size, at + 2 + length)
    const isScan = marker === JPEG_MARKERS.scan
    const stop: number = isScan ? ((await findMarker(window, head)) ?? window.size) : head
    yield { marker, start: at, body: Math.min(at + 4, stop), stop }
    at = stop
  }
}

/** A second start of image, or TEM. */
function standsAlone(marker: number): boolean {
  return marker === 0xd8 || marker === 0x01
}

/** The next marker that is neither padding, a stuffed byte, nor a restart within a scan. */
async function findMarker(window: ByteWindow, from: number): Promise<number | undefined> {
  for (let at = from; at + 1 < window.size; ) {
    const bytes = await window.bytes(at, SCAN_BYTES)
    let index = bytes.indexOf(0xff)
    while (index >= 0 && index + 1 < bytes.length) {
      const next = bytes[index + 1] ?? 0
      if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at + index
      index = bytes.indexOf(0xff, index + 1)
    }
    if (bytes.length === 0) return undefined
    // The last byte may be the first half of a marker.
    at += index >= 0 && bytes.length > 1 ? bytes.length - 1 : bytes.length
  }
  return undefined
}
