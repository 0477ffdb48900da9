import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  ascii,
  box,
  exif,
  exifSegment,
  heic,
  ICC,
  JPEG_SCAN,
  joined,
  jpeg,
  jpegSegment,
  PNG_HEAD,
  png,
  pngChunk,
  SECRET,
  u16,
  u32,
  webp,
  webpChunk,
  XMP,
} from '../../test/image-bytes.ts'
import { bytesOf, has, stripped } from '../../test/stripped.ts'
import { blobFileSource } from '../transfers/blob-file-source.ts'
import { openNodeFile } from '../transfers/open-node-file.ts'
import { TransferError } from '../transfers/transfer-error.ts'
import { stripLocation } from './strip-location.ts'
import { orientationOf, readTiff } from './tiff-tags.ts'

const slimSegment = jpegSegment(0xe1, 'Exif\0\0')

describe('stripLocation', () => {
  describe('of a JPEG', () => {
    const metadata = [
      exifSegment(),
      jpegSegment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', XMP),
      jpegSegment(0xe2, 'MPF\0', SECRET),
      jpegSegment(0xed, 'Photoshop 3.0\0', SECRET),
      jpegSegment(0xe6, 'GoPro\0', SECRET),
      jpegSegment(0xfe, SECRET),
    ]
    const whole = jpeg({
      before: [...metadata, ICC, jpegSegment(0xee, 'Adobe', [0, 100])],
      after: exifSegment(),
    })

    it('takes the place out wherever it stands, also behind the image', async () => {
      expect(has(whole, SECRET)).to.equal(true)
      expect(has(await stripped(whole), SECRET)).to.equal(false)
    })

    it('drops what follows the image', async () => {
      expect([...(await stripped(jpeg({ after: joined(jpeg(), ascii(SECRET)) })))]).to.deep.equal([...jpeg()])
    })

    it('keeps the image, the colour profile, and what Adobe’s encoder says of colours', async () => {
      const sent = await stripped(whole)
      for (const part of [ICC, ascii('Adobe'), ascii('JFIF'), JPEG_SCAN])
        expect(has(sent, part)).to.equal(true)
      const withoutMetadata = jpeg({ before: [ICC, jpegSegment(0xee, 'Adobe', [0, 100])] })
      expect(sent.length).to.be.greaterThan(withoutMetadata.length)
      expect([...sent.subarray(-60)]).to.deep.equal([...withoutMetadata.subarray(-60)])
    })

    for (const orientation of [1, 3, 6, 8]) {
      it(`keeps the orientation ${orientation}, the camera and the date`, async () => {
        const sent = await stripped(jpeg({ before: [exifSegment(exif({ orientation }))] }))
        const at = Buffer.from(sent).indexOf('Exif\0\0') + 6
        expect(orientationOf(readTiff(sent.subarray(at)))).to.equal(orientation)
        expect(has(sent, 'Alpha 7\0') && has(sent, '2026:03:01 12:00:00\0')).to.equal(true)
      })
    }

    it('leaves one without metadata as it is, the very same source', async () => {
      const source = blobFileSource(new Blob([jpeg({ before: [ICC] })]))
      expect(await stripLocation(source)).to.equal(source)
    })

    it('leaves Exif out that it cannot read, and what comes of it later', async () => {
      const broken = joined('II', exif().subarray(2))
      const sent = await stripped(jpeg({ before: [exifSegment(broken), exifSegment(ascii('no TIFF'))] }))
      expect(has(sent, slimSegment.subarray(4))).to.equal(false)
      expect([...sent]).to.deep.equal([...jpeg()])
    })

    it('survives bytes between segments, and one that is cut', async () => {
      const garbage = joined([1, 2, 3, 0xff, 0xff], exifSegment())
      expect(has(await stripped(jpeg({ before: [garbage] })), SECRET)).to.equal(false)
      const cut = whole.subarray(0, whole.length - exifSegment().length - 4)
      expect(has(await stripped(cut), JPEG_SCAN.subarray(0, -2))).to.equal(true)
    })

    it('reads one of several windows', async () => {
      const image = joined(
        JPEG_SCAN,
        new Uint8Array(700_000),
        [0xff, 0x00],
        new Uint8Array(65_535),
        [0xff, 0xd9],
      )
      const large = joined(jpeg().subarray(0, -JPEG_SCAN.length - 2), exifSegment(), image, SECRET)
      const sent = await stripped(large)
      expect(has(sent, SECRET)).to.equal(false)
      expect(Buffer.compare(sent.subarray(-image.length), image)).to.equal(0)
    })
  })

  describe('of a PNG', () => {
    const metadata = [
      pngChunk('eXIf', exif()),
      pngChunk('iTXt', 'XML:com.adobe.xmp\0\0\0\0\0', XMP),
      pngChunk('tEXt', 'Raw profile type exif\0', SECRET),
      pngChunk('zTXt', 'Comment\0', SECRET),
    ]

    it('takes the place out wherever it stands, and keeps the image with its orientation', async () => {
      const sent = await stripped(png(metadata, pngChunk('tEXt', SECRET)))
      expect(has(sent, SECRET)).to.equal(false)
      expect(has(sent, PNG_HEAD)).to.equal(true)
      const at = Buffer.from(sent).indexOf('eXIf') + 4
      expect(orientationOf(readTiff(sent.subarray(at)))).to.equal(6)
      expect(has(sent, joined(pngChunk('IDAT', 'pixels'), pngChunk('IEND')))).to.equal(true)
    })

    it('gives the new chunk its checksum', async () => {
      const sent = await stripped(png([pngChunk('eXIf', exif())]))
      const at = Buffer.from(sent).indexOf('eXIf')
      const length = Buffer.from(sent).readUInt32BE(at - 4)
      expect(Buffer.from(sent).readUInt32BE(at + 4 + length)).to.equal(
        crc32(sent.subarray(at, at + 4 + length)),
      )
    })

    it('leaves one without metadata as it is', async () => {
      const source = blobFileSource(new Blob([png()]))
      expect(await stripLocation(source)).to.equal(source)
    })

    it('keeps what is there of one that is cut', async () => {
      const cut = png(metadata).subarray(0, -20)
      expect(has(await stripped(cut), 'IDAT')).to.equal(true)
    })
  })

  it('knows an image by its bytes, and leaves any other file as it is', async () => {
    for (const bytes of [
      ascii(`%PDF-1.7 ${SECRET}`),
      ascii('GIF89a'),
      new Uint8Array(),
      ascii('\xff\xd8\xff no image'),
      joined(PNG_HEAD),
    ]) {
      const source = blobFileSource(new File([bytes], 'photo.jpg', { type: 'image/jpeg' }))
      expect(await stripLocation(source)).to.equal(source)
    }
  })

  it('gives any part of the result as a stream and as a Blob', async () => {
    const whole = jpeg({ before: [exifSegment(), ICC], after: ascii('more') })
    const source = await stripLocation(blobFileSource(new File([whole], 'a.jpg', { type: 'image/jpeg' })))
    expect(source).to.include({ name: 'a.jpg', mediaType: 'image/jpeg' })
    const all = await bytesOf(source)
    expect(all.length).to.equal(source.size)
    for (let start = 0; start < all.length; start += 7) {
      const stop = Math.min(all.length, start + 31)
      expect([...(await bytesOf(source, start, stop))]).to.deep.equal([...all.subarray(start, stop)])
      const blob = source.slice?.(start, stop)
      expect([...new Uint8Array((await blob?.arrayBuffer()) ?? [])]).to.deep.equal([
        ...all.subarray(start, stop),
      ])
    }
  })

  it('does it for a path as for a Blob', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'strip-'))
    try {
      const path = join(folder, 'a.jpg')
      const whole = jpeg({ before: [exifSegment()] })
      await writeFile(path, whole)
      const source = await stripLocation(await openNodeFile(path))
      expect(source.path).to.equal(path)
      expect([...(await bytesOf(source))]).to.deep.equal([...(await stripped(whole))])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('comes to an end with any bytes, and finds nothing more to do in its result', async () => {
    const parts = fc.constantFrom<Uint8Array[]>(
      exifSegment(),
      jpegSegment(0xfe, SECRET),
      ICC,
      jpegSegment(0xc0, [8], u16(3), u16(4), [1, 1, 0x11, 0]),
      JPEG_SCAN,
      pngChunk('eXIf', exif()),
      pngChunk('tEXt', SECRET),
      pngChunk('IDAT', 'pixels'),
      webpChunk('EXIF', exif()),
      webpChunk('VP8 ', 'pixels'),
      box('meta', u32(0)),
      box('mdat', SECRET),
      Uint8Array.from([0xff, 0xd9]),
    )
    const heads = fc.constantFrom<Uint8Array[]>(
      Uint8Array.from([0xff, 0xd8]),
      PNG_HEAD,
      webp([]),
      heic().subarray(0, 24),
      heic(),
      jpeg({ before: [exifSegment()] }),
    )
    const noise = fc.uint8Array({ maxLength: 12 })
    const files = fc
      .tuple(
        heads,
        fc.array(fc.oneof({ weight: 4, arbitrary: parts }, { weight: 1, arbitrary: noise }), {
          maxLength: 8,
        }),
        fc.nat(6),
      )
      .map(([head, rest, cut]) => joined(head, ...rest).subarray(0, -cut || undefined))
    await fc.assert(
      fc.asyncProperty(files, async (bytes) => {
        try {
          const once = await stripped(bytes)
          expect(once.length).to.be.at.most(bytes.length)
          expect([...(await stripped(joined(once)))]).to.deep.equal([...once])
        } catch (error) {
          if (!(error instanceof TransferError)) throw error
        }
      }),
      { numRuns: 300 },
    )
  })
})
