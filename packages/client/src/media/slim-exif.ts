import { viewOf } from './byte-window.ts'
import { readTiff, type TiffTag } from './tiff-tags.ts'

/**
 * What stays of Exif: how to show the image, and with what and when it was taken. A list of what stays, not of what
 * goes: beside the GPS directory, makers' notes, comments and embedded images may tell the place too.
 */
const KEPT_OF_IMAGE = [
  0x010f, // Make
  0x0110, // Model
  0x0112, // Orientation
  0x011a, // XResolution
  0x011b, // YResolution
  0x0128, // ResolutionUnit
  0x0132, // DateTime
  0x0213, // YCbCrPositioning
]
const KEPT_OF_EXIF = [
  0x829a, // ExposureTime
  0x829d, // FNumber
  0x8827, // PhotographicSensitivity
  0x9003, // DateTimeOriginal
  0x9004, // DateTimeDigitized
  0x920a, // FocalLength
  0xa001, // ColorSpace
]
const EXIF_DIRECTORY = 0x8769
const HEADER_BYTES = 8

/**
 * The same Exif (a TIFF structure) without what may tell a place. Undefined when nothing stays, as of bytes that are
 * no TIFF.
 */
export function slimExif(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const tiff = readTiff(bytes)
  if (!tiff) return undefined
  const { littleEndian } = tiff
  const image = kept(tiff.image, KEPT_OF_IMAGE)
  const exif = kept(tiff.exif, KEPT_OF_EXIF)
  if (image.length + exif.length === 0) return undefined
  const pointer = new Uint8Array(4)
  if (exif.length > 0) image.push({ tag: EXIF_DIRECTORY, type: 4, count: 1, value: pointer })
  const exifAt = HEADER_BYTES + directoryBytes(image)
  viewOf(pointer).setUint32(0, exifAt, littleEndian)
  const slim = new Uint8Array(exifAt + (exif.length > 0 ? directoryBytes(exif) : 0))
  const view = viewOf(slim)
  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d)
  view.setUint16(2, 42, littleEndian)
  view.setUint32(4, HEADER_BYTES, littleEndian)
  writeDirectory(slim, HEADER_BYTES, image, littleEndian)
  if (exif.length > 0) writeDirectory(slim, exifAt, exif, littleEndian)
  return slim
}

/** In the order of the list, which ascends as TIFF 6.0 §2 wants it. */
function kept(tags: readonly TiffTag[], list: readonly number[]): TiffTag[] {
  return list.flatMap((wanted) => tags.find(({ tag }) => tag === wanted) ?? [])
}

/** A value longer than 4 bytes stands behind the entries, at an even offset. */
function farBytes({ value }: TiffTag): number {
  return value.length > 4 ? value.length + (value.length % 2) : 0
}

function directoryBytes(tags: readonly TiffTag[]): number {
  return 2 + tags.length * 12 + 4 + tags.reduce((sum, tag) => sum + farBytes(tag), 0)
}

function writeDirectory(
  target: Uint8Array,
  at: number,
  tags: readonly TiffTag[],
  littleEndian: boolean,
): void {
  const view = viewOf(target)
  view.setUint16(at, tags.length, littleEndian)
  let far = at + 2 + tags.length * 12 + 4
  for (const [index, tag] of tags.entries()) {
    const entry = at + 2 + index * 12
    view.setUint16(entry, tag.tag, littleEndian)
    view.setUint16(entry + 2, tag.type, littleEndian)
    view.setUint32(entry + 4, tag.count, littleEndian)
    if (tag.value.length <= 4) target.set(tag.value, entry + 8)
    else {
      view.setUint32(entry + 8, far, littleEndian)
      target.set(tag.value, far)
      far += farBytes(tag)
    }
  }
}
