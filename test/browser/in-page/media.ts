import { expect } from 'chai'
import { browserMediaCare } from '../../../packages/client/src/media/browser-media-care.ts'
import type { Look } from '../../../packages/client/src/media/media-care.ts'
import { blobFileSource } from '../../../packages/client/src/transfers/blob-file-source.ts'
import {
  ascii,
  exif,
  exifSegment,
  joined,
  jpegSegment,
  pngChunk,
  SECRET,
  u32,
  webpChunk,
} from '../../../packages/client/test/image-bytes.ts'
import { drawn, filmed, pixelsOf } from './made-media.ts'

const never = new AbortController().signal

function look(blob: Blob, kind: 'image' | 'audio' | 'video' = 'image', signal = never): Promise<Look> {
  return browserMediaCare.look(blobFileSource(blob), { kind, signal })
}

async function stripped(bytes: Uint8Array<ArrayBuffer>): Promise<{ blob: Blob; text: string }> {
  const source = await browserMediaCare.stripLocation(blobFileSource(new Blob([bytes])))
  const blob = source.slice?.(0, source.size) ?? new Blob()
  const text = new TextDecoder('latin1').decode(await blob.arrayBuffer())
  return { blob, text }
}

async function imageOf(uri: string): Promise<HTMLImageElement> {
  const image = new Image()
  image.src = uri
  await image.decode()
  return image
}

/** Each with the place in it, and turned by a quarter. */
const TAGGED = {
  'a JPEG': async () => {
    const image = await drawn({ width: 64, height: 32 })
    return joined(
      image.subarray(0, 2),
      exifSegment(),
      jpegSegment(0xfe, SECRET),
      image.subarray(2),
      ascii(SECRET),
    )
  },
  'a PNG': async () => {
    const image = await drawn({ width: 64, height: 32, type: 'image/png' })
    return joined(
      image.subarray(0, 33),
      pngChunk('eXIf', exif()),
      pngChunk('tEXt', `Comment\0${SECRET}`),
      image.subarray(33),
    )
  },
  'a WebP': async () => {
    const image = await drawn({ width: 64, height: 32, type: 'image/webp' })
    const isExtended = new TextDecoder().decode(image.subarray(12, 16)) === 'VP8X'
    const extended = isExtended
      ? joined(image.subarray(12, 20), [(image[20] ?? 0) | 0x08], image.subarray(21))
      : joined(webpChunk('VP8X', [0x08, 0, 0, 0, 63, 0, 0, 31, 0, 0]), image.subarray(12))
    const body = joined('WEBP', extended, webpChunk('EXIF', exif()))
    return joined('RIFF', u32(body.length).reverse(), body)
  },
}

describe('media care', () => {
  describe('of images with their place', () => {
    for (const [what, make] of Object.entries(TAGGED)) {
      it(`takes it out of ${what}, and nothing of what is seen`, async () => {
        const tagged = await make()
        const { blob, text } = await stripped(tagged)
        expect(new TextDecoder('latin1').decode(tagged)).to.include(SECRET)
        expect(text).not.to.include(SECRET)
        const [before, after] = [await pixelsOf(new Blob([tagged])), await pixelsOf(blob)]
        expect({ ...after, pixels: after.pixels.length }).to.deep.equal({
          ...before,
          pixels: before.pixels.length,
        })
        expect(after.pixels.every((value, index) => value === before.pixels[index])).to.equal(true)
        const { width, height } = before
        expect((await look(blob)).appearance).to.include({ width, height })
      })
    }

    it('keeps a photo turned', async () => {
      const { blob } = await stripped(await TAGGED['a JPEG']())
      const { appearance } = await look(blob)
      expect(appearance).to.include({ width: 32, height: 64 })
      const thumbnail = await imageOf(appearance.thumbnail?.uri ?? '')
      expect([thumbnail.naturalWidth, thumbnail.naturalHeight]).to.deep.equal([32, 64])
      const { pixels } = await pixelsOf(await imageOf(appearance.thumbnail?.uri ?? ''))
      // Turned to the right, the red half is above.
      expect(pixels[0]).to.be.greaterThan(200)
      expect(pixels.at(-2)).to.be.greaterThan(200)
    })
  })

  describe('of large images', () => {
    let noise: Blob
    before(async () => {
      noise = new Blob([await drawn({ width: 1600, height: 900, isNoisy: true })])
    })

    it('makes a thumbnail of at most 2 KiB and a preview of at most 60, whatever is in it', async () => {
      const { appearance, preview } = await look(noise)
      expect(appearance).to.include({ width: 1600, height: 900 })
      expect(appearance.thumbnail?.uri.length).to.be.at.most(2048)
      const image = await imageOf(appearance.thumbnail?.uri ?? '')
      expect(image.naturalWidth).to.equal(appearance.thumbnail?.width)
      expect(preview?.blob.type).to.equal('image/jpeg')
      expect(preview?.blob.size).to.be.within(1, 60 * 1024)
      expect(Math.max(preview?.width ?? 0, preview?.height ?? 0)).to.be.within(480, 640)
    })

    it('draws off the main thread', async () => {
      const { OffscreenCanvas } = globalThis
      try {
        Object.assign(globalThis, { OffscreenCanvas: undefined })
        expect((await look(noise)).appearance).to.have.property('thumbnail')
      } finally {
        Object.assign(globalThis, { OffscreenCanvas })
      }
    })

    for (const [what, script] of [
      ['there is none', undefined],
      ['its file is missing', 'missing.js'],
      ['its file is a page', 'index.html'],
    ] as const) {
      it(`draws on the main thread when no worker starts, as ${what}`, async () => {
        const { Worker: RealWorker } = globalThis
        const Substitute = class extends RealWorker {
          constructor() {
            super(new URL(script ?? '', location.href), { type: 'module' })
          }
        }
        try {
          Object.assign(globalThis, { Worker: script && Substitute })
          const { appearance, preview } = await look(noise)
          expect(appearance).to.have.property('thumbnail')
          expect(preview?.blob.size).to.be.greaterThan(0)
        } finally {
          Object.assign(globalThis, { Worker: RealWorker })
        }
      })
    }

    it('looks at many at once', async () => {
      const looks = await Promise.all(Array.from({ length: 6 }, () => look(noise)))
      for (const { appearance } of looks) expect(appearance).to.have.property('thumbnail')
    })
  })

  it('makes no preview of a small image', async () => {
    expect(await look(new Blob([await drawn({ width: 64, height: 32 })]))).to.have.property(
      'preview',
      undefined,
    )
  })

  it('shows what is transparent as white', async () => {
    const canvas = new OffscreenCanvas(8, 8)
    canvas.getContext('2d')
    const empty = await canvas.convertToBlob({ type: 'image/png' })
    const { appearance } = await look(empty)
    const { pixels } = await pixelsOf(await imageOf(appearance.thumbnail?.uri ?? ''))
    expect([...pixels.subarray(0, 3)].every((value) => value > 250)).to.equal(true)
  })

  it('says of what it cannot decode what the headers say', async () => {
    const cut = (await drawn({ width: 64, height: 32 })).slice(0, 300)
    const frame = jpegSegment(0xc0, [8, 0, 32, 0, 64, 1, 1, 0x11, 0])
    const broken = joined([0xff, 0xd8], frame, [0xff, 0xda, 0, 2], ascii('no image'))
    expect((await look(new Blob([broken]))).appearance).to.deep.equal({ width: 64, height: 32 })
    expect((await look(new Blob([cut.slice(0, 20)]))).appearance).to.deep.equal({})
    expect((await look(new Blob(['no film']), 'video')).appearance).to.deep.equal({})
  })

  it('stops when its owner does', async () => {
    const reason = new Error('paused')
    const stop = new AbortController()
    const looking = look(new Blob([await drawn({ width: 64, height: 32 })]), 'image', stop.signal)
    stop.abort(reason)
    expect(await looking.catch((error: unknown) => error)).to.equal(reason)
  })

  describe('of a film', () => {
    let film: Blob
    before(async () => {
      film = await filmed({ width: 320, height: 180 })
    })

    it('says how long it is and how large, and makes a poster', async () => {
      const { appearance, preview } = await look(film, 'video')
      expect(appearance).to.include({ width: 320, height: 180 })
      expect(appearance.durationMs).to.be.within(700, 3000)
      expect(appearance.thumbnail?.uri.length).to.be.at.most(2048)
      const { pixels } = await pixelsOf(preview?.blob ?? new Blob())
      expect(pixels[1], 'its green').to.be.within(140, 210)
    })

    it('says how long sound is', async () => {
      const { appearance } = await look(film, 'audio')
      expect(appearance.durationMs).to.be.within(700, 3000)
      expect(appearance).not.to.have.property('thumbnail')
    })
  })
})
