import { type Client, createClient, type Message, memoryStore } from '@sluice/client'
import { expect } from 'chai'
import { exifSegment, joined, SECRET } from '../../../packages/client/test/image-bytes.ts'
import { drawn, filmed, pixelsOf } from './made-media.ts'

const serverUrl = new URLSearchParams(location.search).get('serverUrl') ?? ''

async function user(username: string): Promise<Client> {
  const client = createClient({ serverUrl, domain: 'localhost', store: memoryStore() })
  await client.register({ username, password: 'correct horse' })
  await client.connect({ username, password: 'correct horse' })
  return client
}

function nextMessage(client: Client): Promise<Message> {
  return new Promise((resolve) => {
    const remove = client.on('message', (message) => {
      remove()
      resolve(message)
    })
  })
}

async function image(uri: string): Promise<HTMLImageElement> {
  const element = new Image()
  element.crossOrigin = 'anonymous'
  element.src = uri
  await element.decode()
  return element
}

describe('media messages', () => {
  let alice: Client
  let bob: Client

  before(async () => {
    ;[alice, bob] = await Promise.all([user('alice'), user('bob')])
  })
  after(() => Promise.all([alice?.close(), bob?.close()]))

  it('come with what is to be seen of an image, and without its place', async () => {
    const photo = await drawn({ width: 800, height: 600, isNoisy: true })
    const tagged = joined(photo.subarray(0, 2), exifSegment(), photo.subarray(2))
    const coming = nextMessage(bob)
    const file = new File([tagged], 'summit.jpg', { type: 'image/jpeg' })
    const sent = await alice.media.send({ to: 'bob@localhost', file, kind: 'image', caption: 'The summit' })
      .done
    const { msgId, msgBody } = await coming
    const { media } = msgBody
    expect(media).to.include({ width: 600, height: 800, caption: 'The summit', fileName: 'summit.jpg' })
    expect(media?.thumbImage).to.equal(sent.msgBody.media?.thumbImage)
    const thumbnail = await image(media?.thumbImage ?? '')
    expect(thumbnail.naturalHeight).to.be.greaterThan(thumbnail.naturalWidth)
    const preview = await fetch(media?.preview?.url ?? '')
    expect(preview.headers.get('content-type')).to.equal('image/jpeg')
    const { width, height } = await pixelsOf(await preview.blob())
    expect({ width, height }).to.deep.equal({ width: media?.preview?.width, height: media?.preview?.height })
    const { blob } = await bob.media.download(msgId).done
    const text = new TextDecoder('latin1').decode(await blob?.arrayBuffer())
    expect(text).not.to.include(SECRET)
    expect(text.length).to.equal(media?.file_size)
    await alice.media.delete(sent.msgId)
    expect((await fetch(media?.preview?.url ?? '', { cache: 'no-store' })).status, 'taken back').to.equal(410)
  })

  it('come with how long a film is, and a poster', async () => {
    const coming = nextMessage(bob)
    const file = new File([await filmed({ width: 320, height: 180 })], 'walk.webm', { type: 'video/webm' })
    await alice.media.send({ to: 'bob@localhost', file, kind: 'video' }).done
    const { media } = (await coming).msgBody
    expect(media).to.include({ width: 320, height: 180 })
    expect(media?.duration).to.be.within(700, 3000)
    expect((await image(media?.thumbImage ?? '')).naturalWidth).to.be.greaterThan(0)
    expect(media?.preview).to.include({ width: 320, height: 180 })
  })

  it('carry an image as it is when it is sent as a document', async () => {
    const photo = await drawn({ width: 64, height: 32 })
    const tagged = joined(photo.subarray(0, 2), exifSegment(), photo.subarray(2))
    const coming = nextMessage(bob)
    await alice.media.send({ to: 'bob@localhost', file: new Blob([tagged]), kind: 'document' }).done
    const { msgId, msgBody } = await coming
    expect(msgBody.media).not.to.have.any.keys('width', 'thumbImage', 'preview')
    const { blob } = await bob.media.download(msgId).done
    expect([...new Uint8Array((await blob?.arrayBuffer()) ?? [])]).to.deep.equal([...tagged])
  })
})
