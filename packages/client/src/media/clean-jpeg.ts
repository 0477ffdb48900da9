import { type ByteWindow, latin } from './byte-window.ts'
import { JPEG_MARKERS, type JpegSegment, jpegSegments } from './jpeg-segments.ts'
import type { Piece } from './pieces.ts'
import { slimExif } from './slim-exif.ts'

/** What of the application segments the picture needs: JFIF, the colour profile, and how Adobe's encoder coded colours. */
const KEPT = new Map([
  [0xe0, 'JFIF\0'],
  [0xe2, 'ICC_PROFILE\0'],
  [0xee, 'Adobe'],
])
const EXIF = 'Exif\0\0'

/**
 * A JPEG without what may tell a place: Exif is slimmed, all other metadata goes, and with it what follows the image
 * (further pictures, films, makers' data). Undefined when there is no image in it.
 */
export async function cleanJpeg(window: ByteWindow): Promise<Piece[] | undefined> {
  const pieces: Piece[] = [{ start: 0, stop: 2 }]
  let hasExif = false
  let hasImage = false
  for await (const segment of jpegSegments(window)) {
    hasImage ||= segment.marker === JPEG_MARKERS.scan
    if (!isMetadata(segment)) pieces.push(segment)
    else if (segment.marker === JPEG_MARKERS.exif && !hasExif) {
      const exif = await exifOf(window, segment)
      hasExif = exif !== undefined
      const slim = exif && slimExif(exif)
      if (slim) pieces.push(exifSegment(slim))
    } else if (await isKept(window, segment)) pieces.push(segment)
  }
  return hasImage ? pieces : undefined
}

/** The TIFF structure in an Exif segment; undefined in another one. */
export async function exifOf(
  window: ByteWindow,
  { body, stop }: JpegSegment,
): Promise<Uint8Array | undefined> {
  const bytes = await window.bytes(body, stop - body)
  return latin(bytes.subarray(0, EXIF.length)) === EXIF ? bytes.subarray(EXIF.length) : undefined
}

function isMetadata({ marker }: JpegSegment): boolean {
  return (marker >= 0xe0 && marker <= 0xef) || marker === JPEG_MARKERS.comment
}

async function isKept(window: ByteWindow, { marker, body }: JpegSegment): Promise<boolean> {
  const name = KEPT.get(marker)
  return name !== undefined && latin(await window.bytes(body, name.length)) === name
}

function exifSegment(tiff: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = 2 + EXIF.length + tiff.length
  const segment = new Uint8Array(2 + length)
  segment.set([0xff, JPEG_MARKERS.exif, length >> 8, length & 0xff])
  for (let index = 0; index < EXIF.length; index++) segment[4 + index] = EXIF.charCodeAt(index)
  segment.set(tiff, 4 + EXIF.length)
  return segment
}
