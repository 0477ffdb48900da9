import { type ByteWindow, viewOf } from './byte-window.ts'
import type { Piece } from './pieces.ts'
import { pngChunks } from './png-chunks.ts'
import { slimExif } from './slim-exif.ts'

// Exif, texts of any sort (XMP is one, and so is Exif as some programs write it), and provenance (C2PA).
const METADATA = ['eXIf', 'zxIf', 'tEXt', 'zTXt', 'iTXt', 'caBX']
const MAX_EXIF_BYTES = 1024 * 1024

/**
 * A PNG without what may tell a place: Exif is slimmed, texts go, and so does what follows the image. Undefined when
 * there is no image in it.
 */
export async function cleanPng(window: ByteWindow): Promise<Piece[] | undefined> {
  const pieces: Piece[] = [{ start: 0, stop: 8 }]
  let hasImage = false
  for await (const chunk of pngChunks(window)) {
    const { type, body, bodyStop } = chunk
    hasImage ||= type === 'IDAT'
    if (!METADATA.includes(type)) pieces.push(chunk)
    else if (type === 'eXIf' && bodyStop - body <= MAX_EXIF_BYTES) {
      const slim = slimExif(await window.bytes(body, bodyStop - body))
      if (slim) pieces.push(exifChunk(slim))
    }
  }
  return hasImage ? pieces : undefined
}

function exifChunk(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(12 + data.length)
  const view = viewOf(chunk)
  view.setUint32(0, data.length)
  chunk.set([0x65, 0x58, 0x49, 0x66], 4) // eXIf
  chunk.set(data, 8)
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)))
  return chunk
}

/** ISO/IEC 15948 annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
