import { type MediaKind, Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { exifSegment, jpeg, SECRET } from '../../test/image-bytes.ts'
import type { ScriptedGateway } from '../../test/scripted-gateway.ts'
import { failureOf, uploadBench } from '../../test/upload-bench.ts'
import type { Uploads } from '../transfers/uploads.ts'
import { Unreachable } from '../unreachable.ts'
import { headerMediaCare } from './header-media-care.ts'
import type { Look, MediaCare } from './media-care.ts'

const photo = jpeg({ before: [exifSegment()] })
const thumbnail = { uri: `data:image/jpeg;base64,${'A'.repeat(2000)}`, width: 64, height: 48 }
const preview = { blob: new Blob(['a preview'], { type: 'image/jpeg' }), width: 640, height: 480 }
const now = () => AbortSignal.timeout(5_000)

function send(
  uploads: Uploads,
  {
    kind = 'image',
    file = new Blob([photo], { type: 'image/jpeg' }),
    keepsLocation = false,
    caption = '',
  }: {
    kind?: MediaKind
    file?: Blob
    keepsLocation?: boolean
    caption?: string
  } = {},
) {
  const upload = uploads.create({
    id: 'm1',
    to: 'bob@example.org',
    file,
    kind,
    intent: { caption },
    keepsLocation,
  })
  upload.start()
  return upload
}

/** What the gateway has of the file. */
function sent({ upload }: ScriptedGateway): Buffer {
  return Buffer.from(upload.get('u-m1')?.bytes ?? [])
}

/** Looks as a page would. */
function caring(look: Look | ((signal: AbortSignal) => Promise<Look>)): MediaCare {
  return {
    ...headerMediaCare,
    look: async (_, { signal }) => (typeof look === 'function' ? look(signal) : look),
  }
}

describe('the upload of media', () => {
  it('sends an image without the place, and says how large it is shown', async () => {
    const { uploads, gateway } = await uploadBench()
    const message = await send(uploads).done
    const held = gateway.upload.get('u-m1')
    expect(sent(gateway).includes(SECRET)).to.equal(false)
    expect(held?.offer.size).to.equal(held?.bytes.length).and.to.be.below(photo.length)
    expect(held?.offer.intent.appearance).to.deep.equal({ width: 30, height: 40 })
    expect(message.msgBody.media).to.include({ width: 30, height: 40, file_size: held?.bytes.length })
  })

  for (const kind of ['document', 'file', 'audio', 'video'] as const) {
    it(`never changes the bytes of ${kind === 'audio' ? 'an' : 'a'} ${kind}`, async () => {
      const { uploads, gateway } = await uploadBench()
      await send(uploads, { kind }).done
      expect(sent(gateway).equals(photo)).to.equal(true)
    })
  }

  it('waits for what cleans an image when that cannot be loaded yet', async () => {
    let tries = 0
    const mediaCare = async () => {
      tries += 1
      if (tries < 3) throw new Unreachable('A part of the SDK cannot be loaded')
      return headerMediaCare
    }
    const { uploads, gateway } = await uploadBench({ mediaCare })
    const upload = send(uploads)
    const states: string[] = []
    upload.on('state', () => states.push(upload.state))
    await upload.done
    expect(states.slice(0, 2)).to.deep.equal(['waiting', 'active'])
    expect(sent(gateway).includes(SECRET)).to.equal(false)
  })

  it('does not even look into a document', async () => {
    const mediaCare = () => Promise.reject(new Error('Not wanted'))
    const { uploads } = await uploadBench({ mediaCare })
    const message = await send(uploads, { kind: 'document' }).done
    expect(message.msgBody.media).not.to.have.any.keys('width', 'thumbImage')
  })

  it('leaves an image as it is when the app says so', async () => {
    const { uploads, gateway } = await uploadBench()
    await send(uploads, { keepsLocation: true }).done
    expect(sent(gateway).equals(photo)).to.equal(true)
  })

  for (const keepsLocation of [false, true]) {
    it(`goes on with the file as it was picked ${keepsLocation ? 'and sent' : 'and stripped'}, also on another device`, async () => {
      const file = new Blob([photo, 'x'.repeat(3000)])
      const { uploads, gateway, again, store } = await uploadBench()
      gateway.breakAfter = 10
      const patch = gateway.hold('PATCH')
      send(uploads, { keepsLocation, file })
      await patch.reached
      await uploads.end(new Error('crash'))
      patch.release()
      const other = await uploadBench({ gateway })
      for (const run of [await again(), other]) {
        const upload = await run.uploads.find('m1', now())
        await upload?.resume({ file })
        await upload?.done
        const held = gateway.upload.get('u-m1')
        expect(sent(gateway).includes(SECRET)).to.equal(keepsLocation)
        expect(held?.bytes.length).to.equal(held?.offer.size)
        if (held && run !== other)
          gateway.upload.set('u-m1', {
            ...held,
            state: 'paused',
            delivery: 'unsent',
            bytes: Buffer.alloc(0),
          })
      }
      expect(store).not.to.equal(other.store)
    })
  }

  it('lets another device send the same message', async () => {
    const appearance = { width: 640, height: 480, durationMs: 1500, thumbnail }
    const bench = await uploadBench({ mediaCare: async () => caring({ appearance, preview }) })
    const { gateway } = bench
    const patch = gateway.hold('PATCH')
    send(bench.uploads, { kind: 'video' })
    await patch.reached
    await bench.uploads.end(new Error('crash'))
    const { uploads } = await uploadBench({
      gateway,
      mediaCare: () => Promise.reject(new Error('Not wanted')),
    })
    const upload = await uploads.find('m1', now())
    await upload?.resume({ file: new Blob([photo]) })
    const media = (await upload?.done)?.msgBody.media
    expect(media).to.deep.include({
      width: 640,
      height: 480,
      duration: 1500,
      thumbImage: thumbnail.uri,
      preview: {
        url: 'http://gateway/media/p1/preview.jpg',
        mediaType: 'image/jpeg',
        width: 640,
        height: 480,
      },
    })
    expect(gateway.puts.map(({ url, body }) => [url, body?.size])).to.deep.equal([
      ['http://gateway/slots/p', 9],
    ])
  })

  it('leaves the thumbnail out when it does not fit beside the caption', async () => {
    const { uploads, gateway } = await uploadBench({
      mediaCare: async () => caring({ appearance: { width: 1, thumbnail }, preview }),
    })
    await send(uploads, { caption: 'x'.repeat(3000) }).done
    const { appearance } = gateway.upload.get('u-m1')?.offer.intent ?? {}
    expect(appearance).to.have.all.keys('width', 'preview')
  })

  for (const [what, spoil] of [
    ['is refused a place', (gateway) => gateway.refuse('request', new Refusal('over-quota'))],
    ['gets no answer', (gateway) => gateway.refuse('request', new Unreachable('No gateway'))],
  ] as [string, (gateway: ScriptedGateway) => void][]) {
    it(`sends the file all the same when its preview ${what}`, async () => {
      const { uploads, gateway } = await uploadBench({
        mediaCare: async () => caring({ appearance: { width: 1 }, preview }),
      })
      spoil(gateway)
      const message = await send(uploads).done
      expect(message.msgBody.media).to.include({ width: 1 }).and.not.to.have.property('preview')
    })
  }

  it('takes the preview back when the upload is discarded', async () => {
    const { uploads, gateway } = await uploadBench({
      mediaCare: async () => caring({ appearance: { width: 1 }, preview }),
    })
    const patch = gateway.hold('PATCH')
    const upload = send(uploads)
    await patch.reached
    await upload.discard()
    expect(gateway.asked.slice(-2)).to.deep.equal(['discard', 'delete'])
    patch.release()
  })

  it('hands the hash over without saying again how the file looks', async () => {
    const file = new Blob([photo, new Uint8Array(2 * 1024 * 1024)])
    const { uploads, gateway } = await uploadBench({
      mediaCare: async () => caring({ appearance: { thumbnail } }),
    })
    const offers: string[] = []
    const request = gateway.request.bind(gateway)
    gateway.request = (asked) => {
      if (asked.payload.is('offer')) offers.push(String(asked.payload))
      return request(asked)
    }
    const message = await send(uploads, { kind: 'video', file }).done
    expect(message.msgBody.media?.thumbImage).to.equal(thumbnail.uri)
    expect(offers.map((offer) => offer.includes(thumbnail.uri))).to.deep.equal([true, false])
  })

  it('sends the file all the same when it cannot be looked at', async () => {
    const { uploads } = await uploadBench({
      mediaCare: async () => caring(() => Promise.reject(new Error('No decoder'))),
    })
    expect((await send(uploads).done).msgBody.media).not.to.have.property('width')
  })

  it('sends no image with its place because the care for it cannot be loaded', async () => {
    let fails = true
    const mediaCare = async () => {
      if (fails) throw new Unreachable('Not there')
      return headerMediaCare
    }
    const { uploads, gateway } = await uploadBench({ mediaCare })
    const upload = send(uploads)
    expect(await failureOf(upload.done)).to.include({ statusCode: 503, retryable: true })
    expect(gateway.upload.size).to.equal(0)
    fails = false
    await upload.resume()
    await upload.done
    expect(sent(gateway).includes(SECRET)).to.equal(false)
  })

  it('stops at once while it looks', async () => {
    let looking = () => {}
    const looks = new Promise<void>((resolve) => {
      looking = resolve
    })
    const look = (signal: AbortSignal) =>
      new Promise<Look>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        looking()
      })
    const { uploads, gateway } = await uploadBench({ mediaCare: async () => caring(look) })
    const upload = send(uploads)
    await looks
    await upload.pause()
    expect(upload.state).to.equal('paused')
    expect(gateway.asked).to.deep.equal([])
  })
})
