import type { MediaKind } from '@sluice/protocol'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  ascii,
  box,
  exif,
  exifSegment,
  heic,
  joined,
  jpeg,
  png,
  pngChunk,
  u16,
  u32,
  webp,
  webpChunk,
} from '../../test/image-bytes.ts'
import { blobFileSource } from '../transfers/blob-file-source.ts'
import { readHeaders } from './read-headers.ts'

function read(bytes: Uint8Array<ArrayBuffer>, kind: MediaKind) {
  return readHeaders(blobFileSource(new Blob([bytes])), kind)
}

const le32 = (value: number) => u32(value).reverse()
const le16 = (value: number) => u16(value).reverse()

function track(width: number, height: number, { turned = false } = {}): Uint8Array {
  const one = u32(0x10000)
  const [a, b] = turned ? [u32(0), one] : [one, u32(0)]
  const matrix = joined(a, b, u32(0), turned ? one : u32(0), a, u32(0), u32(0), u32(0), u32(0x40000000))
  const header = joined(
    new Uint8Array(4),
    new Uint8Array(20),
    new Uint8Array(16),
    matrix,
    u32(width << 16),
    u32(height << 16),
  )
  return box('trak', box('tkhd', header))
}

function movie(duration: number, ...tracks: Uint8Array[]) {
  const mvhd = box('mvhd', new Uint8Array(12), u32(1000), u32(duration), new Uint8Array(80))
  return joined(box('ftyp', 'isom', u32(0)), box('mdat', 'pixels'), box('moov', mvhd, ...tracks))
}

function oggPage(granule: number, content: Uint8Array): Uint8Array {
  return joined('OggS', [0, 0], le32(granule), u32(0), new Uint8Array(12), [1, content.length], content)
}

describe('readHeaders', () => {
  const landscape = { width: 40, height: 30 }
  const portrait = { width: 30, height: 40 }

  for (const [what, bytes, expected] of [
    ['JPEG', jpeg(), landscape],
    ['JPEG that is turned', jpeg({ before: [exifSegment()] }), portrait],
    ['JPEG that is upside down', jpeg({ before: [exifSegment(exif({ orientation: 3 }))] }), landscape],
    ['PNG', png(), landscape],
    ['PNG that is turned', png([pngChunk('eXIf', exif())]), portrait],
    ['GIF', joined('GIF89a', le16(40), le16(30)), landscape],
    ['WebP', webp([webpChunk('VP8 ', 'pixels....')]), landscape],
    ['WebP that is turned', webp([webpChunk('VP8 ', 'pixels....'), webpChunk('EXIF', exif())]), portrait],
    [
      'simple WebP',
      riff(webpChunk('VP8 ', [0, 0, 0, 0x9d, 1, 0x2a], le16(40 | 0x4000), le16(30))),
      landscape,
    ],
    ['lossless WebP', riff(webpChunk('VP8L', [0x2f], le32(39 | (29 << 14)), new Uint8Array(5))), landscape],
    ['HEIC', heic({ turned: false }), landscape],
    ['HEIC that is turned', heic(), portrait],
  ] as const) {
    it(`says how large a ${what} is shown`, async () => {
      expect(await read(bytes, 'image')).to.deep.equal(expected)
    })
  }

  it('says how long a film lasts and how large it is shown', async () => {
    const sound = track(0, 0)
    expect(await read(movie(1500, sound, track(640, 360)), 'video')).to.deep.equal({
      durationMs: 1500,
      width: 640,
      height: 360,
    })
    expect(await read(movie(1500, track(640, 360, { turned: true })), 'video')).to.include({
      width: 360,
      height: 640,
    })
  })

  it('does not make a duration up where the film has none', async () => {
    for (const unknown of [0, 0xffffffff])
      expect(await read(movie(unknown, track(640, 360)), 'video')).to.deep.equal({ width: 640, height: 360 })
  })

  it('says how long a WAV lasts, also when its header says too much', async () => {
    const format = joined('fmt ', le32(16), le16(1), le16(1), le32(8000), le32(8000), le16(1), le16(8))
    const wave = (length: number) =>
      joined('RIFF', le32(0), 'WAVE', format, 'data', le32(length), new Uint8Array(4000))
    expect(await read(wave(4000), 'audio')).to.deep.equal({ durationMs: 500 })
    expect(await read(wave(0xffffffff), 'audio')).to.deep.equal({ durationMs: 500 })
  })

  it('says how long a FLAC lasts', async () => {
    const info = joined(new Uint8Array(10), [0x0a, 0xc4, 0x42, 0xf0], u32(44_100 * 2), new Uint8Array(16))
    expect(await read(joined('fLaC', [0x80, 0, 0, 34], info), 'audio')).to.deep.equal({ durationMs: 2000 })
  })

  it('says how long Opus and Vorbis last', async () => {
    const opus = joined('OpusHead', [1, 1], le16(312), le32(48_000), [0, 0, 0])
    expect(await read(joined(oggPage(0, opus), oggPage(48_000 + 312, ascii('x'))), 'audio')).to.deep.equal({
      durationMs: 1000,
    })
    const vorbis = joined('\x01vorbis', u32(0), [1], le32(44_100), new Uint8Array(14))
    expect(await read(joined(oggPage(0, vorbis), oggPage(22_050, ascii('x'))), 'audio')).to.deep.equal({
      durationMs: 500,
    })
  })

  it('says nothing of other files, and of what is cut', async () => {
    const kinds = fc.constantFrom<MediaKind>('image', 'audio', 'video')
    const whole = fc.constantFrom(
      jpeg({ before: [exifSegment()] }),
      png([pngChunk('eXIf', exif())]),
      webp([webpChunk('VP8 ', 'pixels....')]),
      heic(),
      movie(1500, track(640, 360)),
      ascii('fLaC'),
      ascii('OggS'),
      ascii('%PDF'),
    )
    await fc.assert(
      fc.asyncProperty(
        whole,
        kinds,
        fc.nat(),
        fc.nat(),
        fc.nat(255),
        async (bytes, kind, stop, at, value) => {
          const broken = bytes.slice(0, stop % (bytes.length + 1))
          if (broken.length > 0) broken[at % broken.length] = value
          const facts = await read(broken, kind)
          for (const known of Object.values(facts)) expect(known).to.be.greaterThan(0)
        },
      ),
      { numRuns: 500 },
    )
  })
})

function riff(chunk: Uint8Array) {
  return joined('RIFF', le32(4 + chunk.length), 'WEBP', chunk)
}
