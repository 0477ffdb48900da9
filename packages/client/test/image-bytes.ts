/** Images of a few bytes, put together part by part. */

type Bytes = Uint8Array<ArrayBuffer>

/** Where the photo was taken, and what else must not get out: each stands in the bytes as this text. */
export const SECRET = '52.5200N,13.4050E'

export function ascii(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export function joined(...given: (Uint8Array | string | number[])[]): Bytes {
  const parts = given.map((part) => (typeof part === 'string' ? ascii(part) : part))
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export function u16(value: number): number[] {
  return [(value >> 8) & 255, value & 255]
}

export function u32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
}

function le32(value: number): number[] {
  return u32(value).reverse()
}

/** Exif in big-endian: the orientation, a model, a date, a maker's note and a GPS directory. */
export function exif({ orientation = 6 } = {}): Bytes {
  const entry = (tag: number, type: number, count: number, value: number[]) => [
    ...u16(tag),
    ...u16(type),
    ...u32(count),
    ...value,
  ]
  const imageAt = 8
  const exifAt = imageAt + 2 + 4 * 12 + 4
  const gpsAt = exifAt + 2 + 2 * 12 + 4
  const farAt = gpsAt + 2 + 12 + 4
  const model = 'Alpha 7\0'
  const date = '2026:03:01 12:00:00\0'
  const at = (offset: number) => u32(farAt + offset)
  return joined(
    'MM',
    u16(42),
    u32(imageAt),
    u16(4),
    entry(0x0110, 2, model.length, at(0)),
    entry(0x0112, 3, 1, [...u16(orientation), 0, 0]),
    entry(0x8769, 4, 1, u32(exifAt)),
    entry(0x8825, 4, 1, u32(gpsAt)),
    u32(0),
    u16(2),
    entry(0x9003, 2, date.length, at(model.length)),
    entry(0x927c, 7, SECRET.length, at(model.length + date.length)),
    u32(0),
    u16(1),
    entry(0x001d, 2, SECRET.length, at(model.length + date.length)),
    u32(0),
    model,
    date,
    SECRET,
  )
}

export const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>${SECRET}</exif:GPSLatitude></x:xmpmeta>`

export function jpegSegment(marker: number, ...content: (Uint8Array | string | number[])[]): Bytes {
  const body = joined(...content)
  return joined([0xff, marker], u16(body.length + 2), body)
}

/** Its coded image has stuffed bytes, restarts and padding. */
export const JPEG_SCAN = joined(
  jpegSegment(0xda, [1, 1, 0, 0, 63, 0]),
  [1, 2, 0xff, 0x00, 3, 0xff, 0xd0, 4, 0xff, 0xff, 0x00, 5],
)
export const ICC = jpegSegment(0xe2, 'ICC_PROFILE\0', [1, 1], 'a colour profile')

export function jpeg(
  parts: { before?: Uint8Array[]; width?: number; height?: number; after?: Uint8Array } = {},
): Bytes {
  const { before = [], width = 40, height = 30, after = new Uint8Array() } = parts
  return joined(
    [0xff, 0xd8],
    jpegSegment(0xe0, 'JFIF\0', [1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...before,
    jpegSegment(0xdb, new Uint8Array(65)),
    jpegSegment(0xc0, [8], u16(height), u16(width), [1, 1, 0x11, 0]),
    JPEG_SCAN,
    [0xff, 0xd9],
    after,
  )
}

export function exifSegment(tiff: Uint8Array = exif()): Bytes {
  return jpegSegment(0xe1, 'Exif\0\0', tiff)
}

export function pngChunk(type: string, ...content: (Uint8Array | string | number[])[]): Bytes {
  const named = joined(type, ...content)
  return joined(u32(named.length - 4), named, u32(crc32(named)))
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc
}

export const PNG_HEAD = joined(
  '\x89PNG\r\n\x1a\n',
  pngChunk('IHDR', u32(40), u32(30), [8, 2, 0, 0, 0]),
  pngChunk('iCCP', 'a colour profile'),
)

export function png(extra: Uint8Array[] = [], after = new Uint8Array()): Bytes {
  return joined(PNG_HEAD, ...extra, pngChunk('IDAT', 'pixels'), pngChunk('IEND'), after)
}

export function webpChunk(type: string, ...content: (Uint8Array | string | number[])[]): Bytes {
  const body = joined(...content)
  return joined(type, le32(body.length), body, body.length % 2 ? [0] : [])
}

export function webp(chunks: Uint8Array[], { flags = 0, after = new Uint8Array() } = {}): Bytes {
  const canvas = [39, 0, 0, 29, 0, 0]
  const body = joined('WEBP', webpChunk('VP8X', [flags, 0, 0, 0], canvas), ...chunks)
  return joined('RIFF', le32(body.length), body, after)
}

export function box(type: string, ...content: (Uint8Array | string | number[])[]): Bytes {
  const body = joined(...content)
  return joined(u32(body.length + 8), type, body)
}

const fullBox = (type: string, version: number, ...content: (Uint8Array | string | number[])[]) =>
  box(type, [version, 0, 0, 0], ...content)

/** A HEIC with its Exif in `mdat`, its XMP in `idat`, and a film beside it. */
export function heic({ turned = true, method = 0 } = {}): Bytes {
  const exifItem = joined(u32(6), 'Exif\0\0', exif())
  const ftyp = box('ftyp', 'heic', u32(0), 'mif1heic')
  const infe = (id: number, ...rest: (string | number[])[]) => fullBox('infe', 2, u16(id), u16(0), ...rest)
  const build = (mdatAt: number) => {
    const location = (id: number, construction: number, offset: number, length: number) =>
      joined(u16(id), u16(construction), u16(0), u16(1), u32(offset), u32(length))
    return box(
      'meta',
      [0, 0, 0, 0],
      fullBox('hdlr', 0, u32(0), 'pict', new Uint8Array(13)),
      fullBox('pitm', 0, u16(1)),
      fullBox(
        'iinf',
        0,
        u16(3),
        infe(1, 'hvc1', 'x\0'),
        infe(2, 'Exif', '\0'),
        infe(3, 'mime', '\0', 'application/rdf+xml\0'),
      ),
      fullBox(
        'iloc',
        1,
        [0x44, 0x00],
        u16(3),
        location(1, 0, mdatAt + exifItem.length, 6),
        location(2, method, method === 0 ? mdatAt : 0, exifItem.length),
        location(3, 1, 0, XMP.length),
      ),
      box(
        'iprp',
        box(
          'ipco',
          fullBox('ispe', 0, u32(64), u32(64)),
          fullBox('ispe', 0, u32(40), u32(30)),
          box('irot', [turned ? 1 : 0]),
        ),
        fullBox('ipma', 0, u32(1), u16(1), [2, 0x82, 0x83]),
      ),
      box('idat', XMP),
    )
  }
  const mdatAt = ftyp.length + build(0).length + 8
  return joined(ftyp, build(mdatAt), box('mdat', exifItem, 'pixels'), box('mpvd', SECRET))
}
