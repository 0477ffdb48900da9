import { viewOf } from './byte-window.ts'

/** One entry of a TIFF directory, its value as it stands in the file. */
export interface TiffTag {
  readonly tag: number
  readonly type: number
  readonly count: number
  readonly value: Uint8Array
}

export interface Tiff {
  readonly littleEndian: boolean
  /** Of the image, and of its Exif directory. */
  readonly image: readonly TiffTag[]
  readonly exif: readonly TiffTag[]
}

const EXIF_DIRECTORY = 0x8769
const ORIENTATION = 0x0112
// TIFF 6.0 §2: bytes of a value of type 1 to 12.
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]
const MAX_TAGS = 256
const MAX_VALUE_BYTES = 1024

/** The short values of a TIFF structure, as Exif is one. Undefined when it is none; what is broken is left out. */
export function readTiff(bytes: Uint8Array): Tiff | undefined {
  if (bytes.length < 8) return undefined
  const view = viewOf(bytes)
  const order = view.getUint16(0)
  const littleEndian = order === 0x4949
  if (!littleEndian && order !== 0x4d4d) return undefined
  if (view.getUint16(2, littleEndian) !== 42) return undefined
  const image = directory(bytes, view.getUint32(4, littleEndian), littleEndian)
  const pointer = image.find(({ tag, type }) => tag === EXIF_DIRECTORY && type === 4)
  const exif = pointer ? directory(bytes, viewOf(pointer.value).getUint32(0, littleEndian), littleEndian) : []
  return { littleEndian, image, exif }
}

/** 1 to 8 (Exif 2.32 §4.6.4); 1 when nothing is said. */
export function orientationOf(tiff: Tiff | undefined): number {
  const found = tiff?.image.find(({ tag, type, count }) => tag === ORIENTATION && type === 3 && count === 1)
  const orientation = found ? viewOf(found.value).getUint16(0, tiff?.littleEndian) : 1
  return orientation >= 1 && orientation <= 8 ? orientation : 1
}

function directory(bytes: Uint8Array, at: number, littleEndian: boolean): TiffTag[] {
  const view = viewOf(bytes)
  if (at + 2 > bytes.length) return []
  const tags: TiffTag[] = []
  const count = Math.min(view.getUint16(at, littleEndian), MAX_TAGS)
  for (let entry = at + 2; tags.length < count && entry + 12 <= bytes.length; entry += 12) {
    if (entry >= at + 2 + count * 12) break
    const type = view.getUint16(entry + 2, littleEndian)
    const values = view.getUint32(entry + 4, littleEndian)
    const size = (TYPE_BYTES[type] ?? 0) * values
    if (size === 0 || size > MAX_VALUE_BYTES) continue
    const start = size <= 4 ? entry + 8 : view.getUint32(entry + 8, littleEndian)
    if (start + size > bytes.length) continue
    const value = bytes.subarray(start, start + size)
    tags.push({ tag: view.getUint16(entry, littleEndian), type, count: values, value })
  }
  return tags
}
