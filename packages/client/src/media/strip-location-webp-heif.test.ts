import { expect } from 'chai'
import {
  ascii,
  box,
  exif,
  heic,
  joined,
  SECRET,
  u16,
  u32,
  webp,
  webpChunk,
  XMP,
} from '../../test/image-bytes.ts'
import { has, stripped } from '../../test/stripped.ts'
import { blobFileSource } from '../transfers/blob-file-source.ts'
import { TransferError } from '../transfers/transfer-error.ts'
import { stripLocation } from './strip-location.ts'
import { orientationOf, readTiff } from './tiff-tags.ts'

describe('stripLocation', () => {
  describe('of a WebP', () => {
    const pixels = webpChunk('VP8 ', 'pixels!')

    it('takes the place out, and keeps the image, the profile and the orientation', async () => {
      const chunks = [
        webpChunk('ICCP', 'profile'),
        pixels,
        webpChunk('EXIF', exif()),
        webpChunk('XMP ', XMP),
        webpChunk('ABCD', SECRET),
      ]
      const sent = Buffer.from(await stripped(webp(chunks, { flags: 0x2c, after: ascii(SECRET) })))
      expect(has(sent, SECRET)).to.equal(false)
      expect(has(sent, pixels) && has(sent, webpChunk('ICCP', 'profile'))).to.equal(true)
      expect(sent.readUInt32LE(4)).to.equal(sent.length - 8)
      expect(sent[20], 'the flags of VP8X').to.equal(0x28)
      expect(orientationOf(readTiff(sent.subarray(sent.indexOf('EXIF') + 8)))).to.equal(6)
    })

    it('says so when there is no Exif any more', async () => {
      const sent = await stripped(
        webp([pixels, webpChunk('EXIF', 'no TIFF'), webpChunk('XMP ', XMP)], { flags: 0x0c }),
      )
      expect([...sent]).to.deep.equal([...webp([pixels])])
    })

    it('leaves one without metadata as it is', async () => {
      const source = blobFileSource(new Blob([webp([pixels])]))
      expect(await stripLocation(source)).to.equal(source)
    })
  })

  describe('of a HEIC', () => {
    it('overwrites Exif and XMP where they stand, and drops the film beside the image', async () => {
      const whole = heic()
      const sent = await stripped(whole)
      expect(has(sent, SECRET)).to.equal(false)
      expect(sent.length).to.equal(whole.length - box('mpvd', SECRET).length)
      const at = Buffer.from(sent).indexOf('mdat') + 4
      expect(orientationOf(readTiff(sent.subarray(at + 4)))).to.equal(6)
      expect(has(sent, 'pixels')).to.equal(true)
    })

    it('empties a box that stands before the image, and moves nothing', async () => {
      const film = box('uuid', SECRET)
      const ftyp = heic().subarray(0, 24)
      const before = joined(ftyp, film, box('meta', u32(0)), box('mdat', 'pixels'))
      const sent = await stripped(before)
      expect([...sent]).to.deep.equal([
        ...joined(
          ftyp,
          box('free', new Uint8Array(SECRET.length)),
          box('meta', u32(0)),
          box('mdat', 'pixels'),
        ),
      ])
    })

    for (const [what, bytes] of [
      ['whose metadata are built from other items', heic({ method: 2 })],
      [
        'whose tables are cut',
        joined(
          heic().subarray(0, 24),
          box('meta', u32(0), box('iinf', u32(0), u16(1), box('infe', [2, 0, 0, 0]))),
        ),
      ],
    ] as const) {
      it(`refuses one ${what}, rather than let them out`, async () => {
        const failure = await stripped(bytes).catch((error: unknown) => error)
        expect(failure)
          .to.be.instanceOf(TransferError)
          .and.to.include({ code: 'location_kept', statusCode: 422, retryable: false })
      })
    }
  })
})
