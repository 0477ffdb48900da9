import { EventEmitter, once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { afterEach, describe, it } from 'mocha'
import { RawConnection } from '../../test/http/raw-connection.ts'
import { type ListeningGateway, listenScripted, RecordingLogger } from '../../test/http/scripted-gateway.ts'
import type { OpenMedia } from '../transfer/open-media.ts'

const TEXT = 'abcdefghij'
const MEDIA: OpenMedia = {
  mediaId: 'm1',
  name: 'a b.png',
  mediaType: 'image/png',
  size: TEXT.length,
  etag: '"m1"',
  modifiedAt: new Date('2026-03-01T12:00:00.750Z'),
  async *read(start, stop) {
    // In pieces, so that a range can begin and end within one.
    for (let at = start; at < stop; at += 3) yield Buffer.from(TEXT.slice(at, Math.min(at + 3, stop)))
  },
}

describe('the media routes', () => {
  let gateway: ListeningGateway
  afterEach(() => gateway.close())

  async function serve(media: Partial<OpenMedia> = {}, logger = new RecordingLogger()) {
    gateway = await listenScripted(
      { downloadMedia: { open: async () => ({ ...MEDIA, ...media }) } },
      { logger },
    )
  }
  const ask = (headers: Record<string, string> = {}, method = 'GET', name = 'a%20b.png') =>
    fetch(`${gateway.url}/media/m1/${name}`, { method, headers })

  it('gives the whole file, with what it takes to ask for parts of it later', async () => {
    await serve()
    const answer = await ask()
    expect(answer.status).to.equal(200)
    expect(await answer.text()).to.equal(TEXT)
    const { 'content-type': type, ...headers } = Object.fromEntries(answer.headers)
    expect(type).to.equal('image/png')
    expect(headers).to.include({
      'content-length': '10',
      'accept-ranges': 'bytes',
      etag: '"m1"',
      'last-modified': 'Sun, 01 Mar 2026 12:00:00 GMT',
      'cache-control': 'private, max-age=86400, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    })
  })

  it('answers HEAD like GET, without the bytes and without the range', async () => {
    await serve()
    const answer = await ask({ range: 'bytes=2-4' }, 'HEAD')
    expect(answer.status).to.equal(200)
    expect(answer.headers.get('content-length')).to.equal('10')
    expect(answer.headers.get('accept-ranges')).to.equal('bytes')
    expect(await answer.text()).to.equal('')
  })

  for (const [range, text, contentRange] of [
    ['bytes=0-', TEXT, 'bytes 0-9/10'],
    ['bytes=2-4', 'cde', 'bytes 2-4/10'],
    ['bytes=7-', 'hij', 'bytes 7-9/10'],
    ['bytes=-2', 'ij', 'bytes 8-9/10'],
    ['bytes=5-500', 'fghij', 'bytes 5-9/10'],
  ] as const) {
    it(`answers ${range} with 206 and its bytes`, async () => {
      await serve()
      const answer = await ask({ range })
      expect(answer.status).to.equal(206)
      expect(answer.headers.get('content-range')).to.equal(contentRange)
      expect(answer.headers.get('content-length')).to.equal(String(text.length))
      expect(await answer.text()).to.equal(text)
    })
  }

  it('answers a range that cannot be met with 416 and the size', async () => {
    await serve()
    for (const range of ['bytes=10-', 'bytes=-0']) {
      const answer = await ask({ range })
      expect(answer.status).to.equal(416)
      expect(answer.headers.get('content-range')).to.equal('bytes */10')
      expect(answer.headers.get('cache-control')).to.equal('no-store')
      expect(await answer.json()).to.deep.include({ code: 'range-not-satisfiable', details: { size: 10 } })
    }
  })

  it('gives the whole for several ranges and for ranges of something else', async () => {
    await serve()
    for (const range of ['bytes=0-1,5-6', 'pages=1-2', 'bytes=4-2']) {
      const answer = await ask({ range })
      expect([answer.status, await answer.text()], range).to.deep.equal([200, TEXT])
    }
  })

  it('gives an empty file', async () => {
    await serve({ size: 0 })
    for (const range of [undefined, 'bytes=0-']) {
      const answer = await ask(range === undefined ? {} : { range })
      expect([answer.status, answer.headers.get('content-length')]).to.deep.equal([200, '0'])
    }
  })

  it('keeps to the range only if the bytes are still those that the client knows', async () => {
    await serve()
    for (const [ifRange, status] of [
      ['"m1"', 206],
      ['"other"', 200],
      ['W/"m1"', 200],
      ['Sun, 01 Mar 2026 12:00:00 GMT', 206],
      ['Sun, 01 Mar 2026 12:00:01 GMT', 200],
    ] as const) {
      const answer = await ask({ range: 'bytes=4-', 'if-range': ifRange })
      expect(answer.status, ifRange).to.equal(status)
      expect(await answer.text()).to.equal(status === 206 ? 'efghij' : TEXT)
    }
  })

  it('sends nothing that the client has already', async () => {
    await serve()
    const answer = await ask({ 'if-none-match': '"m1"', range: 'bytes=2-4' })
    expect(answer.status).to.equal(304)
    expect(answer.headers.get('etag')).to.equal('"m1"')
    expect(answer.headers.get('cache-control')).to.equal('private, max-age=86400, immutable')
    expect(answer.headers.has('content-length')).to.equal(false)
    const failed = await ask({ 'if-match': '"other"' })
    expect(failed.status).to.equal(412)
    expect(failed.headers.get('cache-control')).to.equal('no-store')
  })

  it('shows images, sound and films, and has everything else saved', async () => {
    for (const [mediaType, disposition, contentType] of [
      ['image/png', 'inline', 'image/png'],
      ['Video/MP4; codecs="avc1"', 'inline', 'Video/MP4; codecs="avc1"'],
      ['image/svg+xml', 'attachment', 'image/svg+xml'],
      ['text/html', 'attachment', 'text/html'],
      ['application/pdf', 'attachment', 'application/pdf'],
      ['text/html\r\nx: y', 'attachment', 'application/octet-stream'],
    ] as const) {
      await serve({ mediaType })
      const answer = await ask()
      expect(answer.headers.get('content-disposition'), mediaType).to.match(new RegExp(`^${disposition};`))
      expect(answer.headers.get('content-type')).to.equal(contentType)
      await answer.text()
      await gateway.close()
    }
  })

  it('says what the file is called, whatever the link says', async () => {
    for (const [name, disposition] of [
      ['a b.png', 'inline; filename="a b.png"'],
      ['say "hi".png', 'inline; filename="say \\"hi\\".png"'],
      [
        'Grüße 🎉.png',
        `inline; filename="Gr??e ??.png"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%F0%9F%8E%89.png`,
      ],
    ] as const) {
      await serve({ name })
      const answer = await ask({}, 'GET', 'other.exe')
      expect(answer.headers.get('content-disposition')).to.equal(disposition)
      await answer.text()
      await gateway.close()
    }
  })

  it('takes a link with a name of 255 characters', async () => {
    await serve()
    expect((await ask({}, 'GET', encodeURIComponent('🎉'.repeat(255)))).status).to.equal(200)
  })

  it('tells media that are not there yet from those that are gone', async () => {
    for (const [code, status] of [
      ['media-not-found', 404],
      ['media-gone', 410],
    ] as const) {
      gateway = await listenScripted({ downloadMedia: { open: () => Promise.reject(new Refusal(code)) } })
      const answer = await ask()
      expect(answer.status).to.equal(status)
      expect(answer.headers.get('cache-control')).to.equal('no-store')
      expect((await ask({}, 'HEAD')).headers.get('sluice-refusal')).to.equal(code)
      await gateway.close()
    }
    await serve()
    expect((await fetch(`${gateway.url}/media/..%00/x`)).status).to.equal(404)
  })

  it('answers 503 when the store fails before the first byte', async () => {
    const logger = new RecordingLogger()
    await serve({ read: () => failing([], new Refusal('unavailable')) }, logger)
    const answer = await ask()
    expect(answer.status).to.equal(503)
    expect(answer.headers.get('content-type')).to.equal('application/json; charset=utf-8')
    expect(answer.headers.get('cache-control')).to.equal('no-store')
    expect(answer.headers.has('content-disposition')).to.equal(false)
    expect(await answer.json()).to.include({ code: 'unavailable' })
    expect(logger.lines).to.deep.equal([])
  })

  it('breaks the connection off when a chunk is lost in mid-stream, and says so in the log', async () => {
    const logger = new RecordingLogger()
    await serve({ read: () => failing(['abc'], new Error('no object')) }, logger)
    const client = await RawConnection.open(gateway.port)
    client.request('GET /media/m1/x', {})
    await client.closed()
    expect(client.rest).to.match(/\r\n\r\nabc$/)
    expect(logger.of('error')).to.deep.equal(['download broken off'])
  })

  it('frees the store when the client goes, and does not call that a failure', async () => {
    const logger = new RecordingLogger()
    const events = new EventEmitter()
    const freed = once(events, 'freed')
    async function* endless(signal: AbortSignal | undefined) {
      signal?.addEventListener('abort', () => events.emit('aborted'))
      try {
        for (;;) yield Buffer.alloc(64 * 1024)
      } finally {
        events.emit('freed')
      }
    }
    const aborted = once(events, 'aborted')
    await serve({ size: 2 ** 40, read: (_start, _stop, signal) => endless(signal) }, logger)
    const client = await RawConnection.open(gateway.port)
    client.request('GET /media/m1/x', {})
    await once(client.socket, 'data')
    client.socket.destroy()
    await aborted
    await freed
    expect(logger.lines).to.deep.equal([])
  })

  it('gives up a chunk that it waits for when the client goes', async () => {
    const logger = new RecordingLogger()
    const events = new EventEmitter()
    const ended = once(events, 'ended')
    async function* stuck(signal: AbortSignal | undefined) {
      yield Buffer.from('abc')
      try {
        await new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason))
        })
      } finally {
        events.emit('ended')
      }
    }
    await serve({ read: (_start, _stop, signal) => stuck(signal) }, logger)
    const client = await RawConnection.open(gateway.port)
    client.request('GET /media/m1/x', {})
    await once(client.socket, 'data')
    client.socket.destroy()
    await ended
    await setImmediate()
    expect(logger.lines).to.deep.equal([])
  })

  it('reads from the store only as fast as the client takes it', async () => {
    let given = 0
    async function* endless() {
      for (; given < 1000; given++) yield Buffer.alloc(1024 * 1024)
    }
    await serve({ size: 1000 * 1024 * 1024, read: endless })
    const client = await RawConnection.open(gateway.port)
    client.request('GET /media/m1/x', {})
    await once(client.socket, 'data')
    client.socket.pause()
    // Until the kernel's buffers are full: no piece in many turns of the loop.
    for (let last = -1, quiet = 0; quiet < 200; quiet = last === given ? quiet + 1 : 0) {
      last = given
      await setImmediate()
    }
    expect(given, 'MiB').to.be.below(64)
    client.socket.destroy()
  })
})

async function* failing(texts: string[], error: Error): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    yield Buffer.from(text)
    await setImmediate()
  }
  throw error
}
