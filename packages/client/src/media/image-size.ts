import { ByteCursor } from './byte-cursor.ts'
import { type ByteWindow, viewOf } from './byte-window.ts'
import { exifOf } from './clean-jpeg.ts'
import { exifOfChunk } from './clean-webp.ts'
import { bytesOf } from './heif-items.ts'
import { imageFormat } from './image-format.ts'
import { findBox, isoBoxes } from './iso-boxes.ts'
import { JPEG_MARKERS, jpegSegments } from './jpeg-segments.ts'
import { pngChunks } from './png-chunks.ts'
import { orientationOf, readTiff } from './tiff-tags.ts'
import { webpChunks } from './webp-chunks.ts'

/** Pixels. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

const SIZE_OF = { jpeg: ofJpeg, png: ofPng, gif: ofGif, webp: ofWebp, heif: ofHeif }

/** The size of an image as it is shown, by its headers alone. Undefined when they do not say, or throws RangeError. */
export async function imageSize(window: ByteWindow): Promise<ImageSize | undefined> {
  const format = await imageFormat(window)
  const size = format && (await SIZE_OF[format](window))
  return size && size.width > 0 && size.height > 0 ? size : undefined
}

function turned({ width, height }: ImageSize, orientation: number): ImageSize {
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}

async function ofJpeg(window: ByteWindow): Promise<ImageSize | undefined> {
  let orientation = 1
  for await (const segment of jpegSegments(window)) {
    const { marker, body } = segment
    if (marker === JPEG_MARKERS.exif && orientation === 1)
      orientation = orientationOf(readTiff((await exifOf(window, segment)) ?? new Uint8Array()))
    // ITU-T T.81 table B.1: the start of a frame, but not tables of the same range.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const frame = viewOf(await window.bytes(body, 5))
      return turned({ height: frame.getUint16(1), width: frame.getUint16(3) }, orientation)
    }
    if (marker === JPEG_MARKERS.scan) return undefined
  }
  return undefined
}

async function ofPng(window: ByteWindow): Promise<ImageSize | undefined> {
  let size: ImageSize | undefined
  for await (const { type, body, bodyStop } of pngChunks(window)) {
    const content = () => window.bytes(body, Math.min(bodyStop - body, 64 * 1024))
    if (type === 'IHDR') {
      const header = viewOf(await content())
      size = { width: header.getUint32(0), height: header.getUint32(4) }
    } else if (type === 'eXIf' && size) return turned(size, orientationOf(readTiff(await content())))
    else if (type === 'IDAT') break
  }
  return size
}

async function ofGif(window: ByteWindow): Promise<ImageSize> {
  const screen = viewOf(await window.bytes(6, 4))
  return { width: screen.getUint16(0, true), height: screen.getUint16(2, true) }
}

async function ofWebp(window: ByteWindow): Promise<ImageSize | undefined> {
  let size: ImageSize | undefined
  for await (const chunk of webpChunks(window)) {
    const head = viewOf(await window.bytes(chunk.body, 10))
    if (chunk.type === 'VP8X') size = { width: 1 + uint24(head, 4), height: 1 + uint24(head, 7) }
    else if (chunk.type === 'VP8 ') size ??= lossySize(head)
    else if (chunk.type === 'VP8L') size ??= losslessSize(head)
    else if (chunk.type === 'EXIF' && size)
      return turned(size, orientationOf(readTiff(await exifOfChunk(window, chunk))))
  }
  return size
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 65_536
}

/** RFC 6386 §9.1: 14 bits each, the rest is a scale. */
function lossySize(view: DataView): ImageSize {
  return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff }
}

/** RFC 9649 §3.4. */
function losslessSize(view: DataView): ImageSize {
  const bits = view.getUint32(1, true)
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) }
}

/** By the properties of the primary item (ISO/IEC 23008-12 §6.5). */
async function ofHeif(window: ByteWindow): Promise<ImageSize | undefined> {
  const meta = await findBox(window, 'meta', { body: 0, stop: window.size })
  if (!meta) return undefined
  const inside = { body: meta.body + 4, stop: meta.stop }
  const primary = await findBox(window, 'pitm', inside)
  const properties = await findBox(window, 'iprp', inside)
  const held = properties && (await findBox(window, 'ipco', properties))
  const assigned = properties && (await findBox(window, 'ipma', properties))
  if (!primary || !held || !assigned) return undefined
  const pitm = new ByteCursor(await bytesOf(window, primary))
  const idBytes = pitm.number(4) >>> 24 === 0 ? 2 : 4
  const indexes = propertiesOf(await bytesOf(window, assigned), pitm.number(idBytes))
  let size: ImageSize | undefined
  let isTurned = false
  let index = 0
  for await (const box of isoBoxes(window, held.body, held.stop)) {
    index += 1
    if (!indexes.includes(index)) continue
    const cursor = new ByteCursor(await bytesOf(window, box))
    if (box.type === 'irot') isTurned = cursor.number(1) % 2 === 1
    if (box.type !== 'ispe') continue
    cursor.skip(4)
    size = { width: cursor.number(4), height: cursor.number(4) }
  }
  return size && turned(size, isTurned ? 6 : 1)
}

/** Of one item, counted from 1 (ISO/IEC 23008-12 §9.3.2). */
function propertiesOf(associations: Uint8Array, item: number): number[] {
  const cursor = new ByteCursor(associations)
  const version = cursor.number(1)
  const isWide = cursor.number(3) % 2 === 1
  for (let left = cursor.number(4); left > 0; left--) {
    const id = cursor.number(version === 0 ? 2 : 4)
    const indexes: number[] = []
    for (let more = cursor.number(1); more > 0; more--)
      indexes.push(isWide ? cursor.number(2) & 0x7fff : cursor.number(1) & 0x7f)
    if (id === item) return indexes
  }
  return []
}
