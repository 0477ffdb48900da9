import { createHash } from 'node:crypto'
import { Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { MediaServer } from '../../test/media-server.ts'
import { messagingBench } from '../../test/messaging-bench.ts'
import { ScriptedGateway } from '../../test/scripted-gateway.ts'
import { failureOf, hastyClock, log, reaches, sampleBytes, sha256 } from '../../test/upload-bench.ts'
import { MessageHistory } from '../messages/message-history.ts'
import { memoryStore } from '../persistence/memory-store.ts'
import type { AccountStore } from '../persistence/store.ts'
import { MediaService } from '../session/media-service.ts'
import { Unreachable } from '../unreachable.ts'
import type { Download } from './download.ts'
import { Downloads } from './downloads.ts'
import { MediaControl } from './media-control.ts'
import { NodeHttpTransport } from './node-http-transport.ts'
import { Places } from './places.ts'

const bytes = sampleBytes(1024 * 1024)
const now = () => AbortSignal.timeout(5_000)
const hashOf = (held: Uint8Array) => createHash('sha256').update(held).digest('hex')

describe('a download', () => {
  const transport = new NodeHttpTransport()
  let server: MediaServer
  let url = ''
  let store: AccountStore

  beforeEach(async () => {
    server = new MediaServer(bytes)
    url = await server.start()
    store = await memoryStore().open('alice@example.org')
  })
  afterEach(() => server.stop())
  after(() => transport.close())

  async function downloads(session = new ScriptedGateway()): Promise<Downloads> {
    const { history, archive } = await messagingBench({ session, clock: hastyClock, store })
    const control = new MediaControl({ session, service: new MediaService({ session }), transport })
    const places = new Places(6)
    const needs = { session, store, history, archive, control, transport, places, sha256, log }
    const held = new Downloads({ ...needs, random: () => 0, clock: hastyClock })
    await held.load()
    return held
  }

  async function receive(over: { sha256?: string } = {}): Promise<void> {
    await new MessageHistory({ store }).remember({
      chatType: 'chat',
      msgId: 'm1',
      fromUserJid: 'bob@example.org',
      toUserJid: 'alice@example.org',
      timestamp: 0,
      metaData: {},
      msgBody: {
        message_type: 'file',
        media: {
          caption: '',
          fileName: 'a.bin',
          file_size: bytes.length,
          mime_type: 'text/plain',
          is_uploading: false,
          is_downloaded: false,
          url,
          sha256: over.sha256 ?? hashOf(bytes),
        },
      },
    })
  }

  async function find(over: { sha256?: string } = {}): Promise<Download> {
    await receive(over)
    return (await downloads()).find('m1', now())
  }

  async function run(download: Download): Promise<Uint8Array> {
    await download.resume()
    const { blob } = await download.done
    return new Uint8Array((await blob?.arrayBuffer()) ?? [])
  }

  /** Takes half of it and stops. */
  async function stopInTheMiddle(): Promise<Download> {
    server.stallAfter = bytes.length / 2
    const download = await find()
    await download.resume()
    await new Promise<void>((resolve) => {
      download.on('progress', () => download.progress.committed === bytes.length / 2 && resolve())
    })
    const pausing = download.pause()
    expect(download.state).to.equal('paused')
    await pausing
    server.stallAfter = undefined
    return download
  }

  it('takes the file and checks it', async () => {
    const download = await find()
    expect(await run(download)).to.deep.equal(bytes)
    expect(download.progress).to.deep.equal({
      sent: bytes.length,
      committed: bytes.length,
      total: bytes.length,
    })
  })

  it('gives its bytes an address, the same whenever it is read, and none to copies', async () => {
    const download = await find()
    await run(download)
    const downloaded = await download.done
    const { blobUrl = '' } = downloaded
    expect(new Uint8Array(await (await fetch(blobUrl)).arrayBuffer())).to.deep.equal(bytes)
    expect(downloaded.blobUrl).to.equal(blobUrl)
    expect({ ...downloaded }).to.have.all.keys('msgId', 'blob')
    URL.revokeObjectURL(blobUrl)
  })

  it('goes on at the byte where the line broke', async () => {
    server.cutAfter = 1000
    expect(await run(await find())).to.deep.equal(bytes)
    expect(server.ranges).to.deep.equal(['bytes=0-', 'bytes=1000-'])
  })

  it('goes on where it was stopped', async () => {
    const download = await stopInTheMiddle()
    expect(await run(download)).to.deep.equal(bytes)
    expect(server.ranges.at(-1)).to.equal(`bytes=${bytes.length / 2}-`)
  })

  it('goes on in a new process', async () => {
    await stopInTheMiddle()
    const download = await find()
    expect(download.progress.committed).to.equal(bytes.length / 2)
    expect(await run(download)).to.deep.equal(bytes)
    expect(server.ranges.at(-1)).to.equal(`bytes=${bytes.length / 2}-`)
  })

  it('starts again at 0 when the ETag has changed, and appends nothing', async () => {
    const changed = sampleBytes(bytes.length, 7)
    const download = await stopInTheMiddle()
    server.bytes = changed
    const failure = await run(download).catch((error) => error)
    // The other file does not have the hash of the message; but it was taken whole, from 0.
    expect(failure).to.have.property('code', 'hash-mismatch')
    expect(server.ranges.slice(1)).to.deep.equal([`bytes=${bytes.length / 2}-`, 'bytes=0-'])
  })

  it('appends nothing of another file, even if the server forgets to ask which', async () => {
    const download = await stopInTheMiddle()
    server.bytes = sampleBytes(bytes.length, 7)
    server.ignoresIfRange = true
    await run(download).catch(() => {})
    expect(server.ranges.slice(1, 3)).to.deep.equal([`bytes=${bytes.length / 2}-`, 'bytes=0-'])
    expect(server.ranges).to.have.length(4)
  })

  it('starts again at 0 when the server knows no ranges', async () => {
    const download = await stopInTheMiddle()
    server.ignoresRange = true
    expect(await run(download)).to.deep.equal(bytes)
  })

  it('starts again at 0 when the server shows neither range nor entity tag', async () => {
    server.isReserved = true
    const download = await stopInTheMiddle()
    expect(await run(download)).to.deep.equal(bytes)
    expect(server.ranges).to.deep.equal(['bytes=0-', 'bytes=0-'])
  })

  it('takes it once more when its hash is wrong, and then says so for good', async () => {
    const download = await find({ sha256: hashOf(new Uint8Array()) })
    const wrong = { statusCode: 422, message: 'Media download for message-id m1 does not match its hash' }
    expect(await run(download).catch((error) => error)).to.include(wrong)
    expect(server.ranges).to.deep.equal(['bytes=0-', 'bytes=0-'])
    expect(await download.resume().catch((error) => error)).to.include(wrong)
    const part = await store.part('m1')
    expect(part.size).to.equal(0)
  })

  it('says when the media is no longer available, and drops the part', async () => {
    const download = await stopInTheMiddle()
    server.status = 410
    const failure = await run(download).catch((error) => error)
    expect(failure).to.include({
      statusCode: 410,
      message: 'Media for message-id m1 is no longer available',
    })
    expect((await store.part('m1')).size).to.equal(0)
  })

  for (const status of [404, 410]) {
    it(`says so too when a foreign server answers ${status}`, async () => {
      const download = await stopInTheMiddle()
      server.isGateway = false
      server.status = status
      expect(await failureOf(run(download))).to.include({ code: 'media-gone', statusCode: 410 })
      expect((await store.part('m1')).size).to.equal(0)
    })
  }

  it('takes an empty file', async () => {
    server.bytes = new Uint8Array()
    expect(await run(await find({ sha256: hashOf(new Uint8Array()) }))).to.have.length(0)
  })

  it('cannot be stopped once it is done or has failed', async () => {
    const download = await find()
    await run(download)
    expect(await download.pause().catch((error) => error)).to.include({
      statusCode: 409,
      message: 'Media download for message-id m1 is already completed',
    })
    server.status = 404
    store = await memoryStore().open('alice@example.org')
    const failed = await find()
    await run(failed).catch(() => {})
    expect(await failed.pause().catch((error) => error)).to.include({
      statusCode: 409,
      message: 'Media download for message-id m1 has already failed',
    })
  })

  it('is done at once when it is held already', async () => {
    await run(await find())
    expect((await find()).state).to.equal('done')
    expect(server.ranges).to.have.length(1)
  })

  it('knows nothing of a message it never saw, unless the service knows the media', async () => {
    const held = await downloads()
    const located = await held.find('m1', now())
    expect(located.progress.total).to.equal(3)
  })

  it('rejects with an AbortError when given up, and can go on', async () => {
    server.stallAfter = 10
    const download = await find()
    await download.resume()
    await reaches(download, 'active')
    await download.giveUp(new DOMException('The transfer was aborted', 'AbortError'))
    expect(await download.done.catch((error) => error)).to.have.property('name', 'AbortError')
    server.stallAfter = undefined
    expect(await run(download)).to.deep.equal(bytes)
  })

  it('is one, though two ask for it at once', async () => {
    await receive()
    const held = await downloads()
    const [one, two] = await Promise.all([held.find('m1', now()), held.find('m1', now())])
    expect(one).to.equal(two)
    const [three] = await Promise.all([held.find('m2', now()), held.obtain('m2')])
    expect(three).to.equal(held.get('m2'))
  })

  it('is one, though two ask for it at once after its file was taken away', async () => {
    await receive()
    const held = await downloads()
    const done = await held.find('m1', now())
    await run(done)
    await store.delete('downloads', 'm1')
    const again = await Promise.all([held.find('m1', now()), held.find('m1', now())])
    expect(again[0]).to.equal(again[1]).and.not.equal(done)
    expect(await run(again[0])).to.deep.equal(bytes)
  })

  it('is not refused for good when nobody could be asked, or its message came late', async () => {
    const gateway = new ScriptedGateway()
    const held = await downloads(gateway)
    gateway.goOffline()
    expect(await held.find('m1', now()).catch((error) => error)).to.be.instanceOf(Unreachable)
    const download = held.obtain('m1')
    await download.resume()
    expect(await failureOf(download.done)).to.include({ statusCode: 503, retryable: true })
    gateway.goOnline()
    gateway.refuse('locate', new Refusal('media-not-found'))
    await download.resume()
    const notFound = { statusCode: 404, message: 'Media download for message-id m1 is not found' }
    expect(await failureOf(download.done)).to.include(notFound)
    expect(await store.entries('downloads')).to.deep.equal([])
    await receive()
    expect(await run(download)).to.deep.equal(bytes)
  })

  it('does nothing more once the session has ended', async () => {
    await receive()
    const held = await downloads()
    const download = await held.find('m1', now())
    const reason = new Error('The session was ended')
    await held.end(reason)
    expect(await failureOf(download.resume())).to.equal(reason)
    expect(await failureOf(download.pause())).to.equal(reason)
    expect(await failureOf(download.discard())).to.equal(reason)
    expect(await failureOf(held.find('m2', now()))).to.equal(reason)
    expect(server.ranges).to.deep.equal([])
  })

  it('is forgotten 30 days after it has ended, but not its file', async () => {
    const longAgo = Date.now() - 31 * 24 * 3600 * 1000
    const part = await store.part('old')
    await part.append(bytes)
    await part.close()
    const failure = { code: 'unreachable', statusCode: 503, message: '', retryable: true }
    await store.put('downloads', 'old', { id: 'old', createdAt: longAgo, state: 'failed', failure })
    await store.put('downloads', 'waiting', { id: 'waiting', createdAt: longAgo, state: 'unfinished' })
    await store.put('downloads', 'new', { id: 'new', createdAt: Date.now(), state: 'done' })
    const held = await downloads()
    expect(held.list().map(({ id }) => id)).to.deep.equal(['waiting'])
    const keys = (await store.entries('downloads')).map(([key]) => key)
    expect(keys).to.have.members(['waiting', 'new'])
    expect((await store.part('old')).size).to.equal(0)
  })
})
