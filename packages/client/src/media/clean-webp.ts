import { type ByteWindow, latin, viewOf } from './byte-window.ts'
import type { Piece } from './pieces.ts'
import { slimExif } from './slim-exif.ts'
import { type WebpChunk, webpChunks } from './webp-chunks.ts'

const KEPT = ['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']
const IMAGES = ['VP8 ', 'VP8L', 'ANMF']
/** Flags of VP8X (RFC 9649 §2.7.1.2). */
const HAS = { xmp: 0x04, exif: 0x08 }
const MAX_EXIF_BYTES = 1024 * 1024

/**
 * A WebP without what may tell a place: Exif is slimmed; XMP, unknown chunks and what follows the image go. Undefined
 * when there is no image in it.
 */
export async function cleanWebp(window: ByteWindow): Promise<Piece[] | undefined> {
  const kept: WebpChunk[] = []
  let exif: Uint8Array<ArrayBuffer> | undefined
  for await (const chunk of webpChunks(window)) {
    if (KEPT.includes(chunk.type)) kept.push(chunk)
    else if (chunk.type === 'EXIF' && !exif && chunk.bodyStop - chunk.body <= MAX_EXIF_BYTES)
      exif = slimExif(await exifOfChunk(window, chunk))
  }
  if (!kept.some(({ type }) => IMAGES.includes(type))) return undefined
  const pieces: Piece[] = []
  for (const chunk of kept) {
    if (chunk.type !== 'VP8X' || chunk.bodyStop <= chunk.body) pieces.push(chunk)
    else pieces.push(...(await withFlags(window, chunk, exif ? HAS.exif : 0)))
  }
  if (exif) pieces.push(exifChunk(exif))
  return [await header(window, pieces), ...pieces]
}

/** The TIFF structure in the chunk, before which some programs write the name that JPEG has there. */
export async function exifOfChunk(window: ByteWindow, { body, bodyStop }: WebpChunk): Promise<Uint8Array> {
  const bytes = await window.bytes(body, Math.min(bodyStop - body, MAX_EXIF_BYTES))
  return latin(bytes.subarray(0, 6)) === 'Exif\0\0' ? bytes.subarray(6) : bytes
}

async function withFlags(window: ByteWindow, chunk: WebpChunk, has: number): Promise<Piece[]> {
  const { start, body, stop } = chunk
  const [flags = 0] = await window.bytes(body, 1)
  const wanted = (flags & ~(HAS.xmp | HAS.exif)) | has
  if (wanted === flags) return [chunk]
  return [{ start, stop: body }, new Uint8Array([wanted]), { start: body + 1, stop }]
}

function exifChunk(tiff: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(8 + tiff.length + (tiff.length % 2))
  chunk.set([0x45, 0x58, 0x49, 0x46]) // EXIF
  viewOf(chunk).setUint32(4, tiff.length, true)
  chunk.set(tiff, 8)
  return chunk
}

async function header(window: ByteWindow, pieces: readonly Piece[]): Promise<Piece> {
  const sizes = pieces.map((piece) => {
    if (piece instanceof Uint8Array) return piece.length
    return 'start' in piece ? piece.stop - piece.start : 0
  })
  const size = 4 + sizes.reduce((sum, each) => sum + each, 0)
  const held = new Uint8Array(await window.bytes(0, 12))
  if (viewOf(held).getUint32(4, true) === size) return { start: 0, stop: 12 }
  viewOf(held).setUint32(4, size, true)
  return held
}
