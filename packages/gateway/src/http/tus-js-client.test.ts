import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { after, afterEach, before, describe, it } from 'mocha'
import { type HttpRequest, type HttpResponse, Upload, type UploadOptions } from 'tus-js-client'
import { listenReal, type RealGateway } from '../../test/http/real-gateway.ts'

const MIB = 1024 * 1024

/** As it comes from npm: what works here works with uppy and every other tus client. */
describe('tus-js-client', function () {
  this.timeout(60_000)
  let gateway: RealGateway
  let token: string
  before(async () => {
    gateway = await listenReal()
    token = await gateway.token()
  })
  after(() => gateway.close())
  afterEach(() => expect(gateway.logger.of('error')).to.deep.equal([]))

  /** One run of an upload: until it succeeds, fails, or `stopAt` bytes are accepted; with what it asked. */
  async function run(bytes: Buffer, options: Partial<UploadOptions> = {}, stopAt = Number.POSITIVE_INFINITY) {
    const requests: string[] = []
    let link = ''
    const upload = await new Promise<Upload>((resolve, reject) => {
      const upload = new Upload(bytes, {
        endpoint: `${gateway.url}/uploads`,
        headers: { Authorization: `Bearer ${token}` },
        metadata: { filename: 'Grüße 🎉.bin', filetype: 'application/x-test' },
        retryDelays: [10, 10, 10],
        addRequestId: true,
        onAfterResponse: (request: HttpRequest, response: HttpResponse) => {
          requests.push(`${request.getMethod()} ${response.getStatus()}`)
          if (request.getMethod() === 'POST') link = response.getBody().trim()
        },
        onChunkComplete: (_size, accepted) => {
          if (accepted >= stopAt && accepted < bytes.length)
            void upload.abort().then(() => resolve(upload), reject)
        },
        onSuccess: () => resolve(upload),
        onError: reject,
        ...options,
      })
      upload.start()
    })
    return { upload, requests, link, url: upload.url ?? '' }
  }
  const download = async (link: string) => Buffer.from(await (await fetch(link)).arrayBuffer())

  it('uploads in one go', async () => {
    const bytes = randomBytes(5 * MIB + 7)
    const { requests, link } = await run(bytes)
    expect(requests).to.deep.equal(['POST 201', 'PATCH 204'])
    const answer = await fetch(link)
    expect(answer.headers.get('content-type')).to.equal('application/x-test')
    expect(answer.headers.get('content-disposition')).to.contain(
      "filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%F0%9F%8E%89.bin",
    )
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).to.equal(true)
  })

  it('uploads with the creation', async () => {
    const bytes = randomBytes(MIB)
    const { requests, link } = await run(bytes, { uploadDataDuringCreation: true })
    expect(requests).to.deep.equal(['POST 201'])
    expect((await download(link)).equals(bytes)).to.equal(true)
  })

  it('uploads in pieces of its own size', async () => {
    const bytes = randomBytes(MIB)
    const { requests, link } = await run(bytes, { chunkSize: 400_000 })
    expect(requests).to.deep.equal(['POST 201', 'PATCH 204', 'PATCH 204', 'PATCH 204'])
    expect((await download(link)).equals(bytes)).to.equal(true)
  })

  it('uploads where only POST gets through', async () => {
    const bytes = randomBytes(MIB)
    const { requests, link } = await run(bytes, { overridePatchMethod: true })
    expect(requests).to.deep.equal(['POST 201', 'POST 204'])
    void link
    expect((await gateway.ledger.unfinished('alice@example.org')).length).to.equal(0)
  })

  it('goes on after a pause where it stopped', async () => {
    const bytes = randomBytes(4 * MIB)
    const first = await run(bytes, { chunkSize: MIB }, 2 * MIB)
    const again = await run(bytes, { uploadUrl: first.url, chunkSize: MIB })
    expect(again.requests).to.deep.equal(['HEAD 200', 'PATCH 204', 'PATCH 204'])
    expect((await download(first.link)).equals(bytes)).to.equal(true)
  })

  it('goes on after its connection broke in mid-body, sending nothing twice', async () => {
    const bytes = randomBytes(8 * MIB)
    let broken = false
    const { requests, link } = await run(bytes, {
      // The first progress is bytes on their way.
      onProgress: (sent) => {
        if (broken || sent === 0) return
        broken = true
        gateway.app.server.closeAllConnections()
      },
    })
    expect(requests[0]).to.equal('POST 201')
    expect(requests.slice(-2)).to.deep.equal(['HEAD 200', 'PATCH 204'])
    expect((await download(link)).equals(bytes)).to.equal(true)
  })

  it('takes up a complete upload without sending a byte', async () => {
    const bytes = randomBytes(MIB)
    const { url } = await run(bytes)
    expect((await run(bytes, { uploadUrl: url })).requests).to.deep.equal(['HEAD 200'])
  })

  it('uploads an empty file', async () => {
    const { link } = await run(Buffer.alloc(0))
    expect(await download(link)).to.have.length(0)
  })

  it('finds in HEAD what it said of its file, while it uploads and afterwards', async () => {
    const bytes = randomBytes(2 * MIB)
    const metadata = { filename: 'Grüße 🎉.bin', empty: '', caption: 'a, b c' }
    const told: string[] = []
    const listen = (request: HttpRequest, response: HttpResponse) => {
      if (request.getMethod() === 'POST') told.push(request.getHeader('Upload-Metadata') ?? '')
      if (request.getMethod() === 'HEAD') told.push(response.getHeader('Upload-Metadata') ?? '')
    }
    const first = await run(bytes, { metadata, chunkSize: MIB, onAfterResponse: listen }, MIB)
    for (let count = 0; count < 2; count++) {
      await run(bytes, { uploadUrl: first.url, metadata, onAfterResponse: listen })
    }
    expect(told).to.have.length(3)
    expect(new Set(told)).to.have.property('size', 1)
    expect(told[0]).to.match(/^filename \S+,empty ?,caption \S+$/)
  })

  it('ends an upload for good', async () => {
    const { url } = await run(randomBytes(2 * MIB), { chunkSize: MIB }, MIB)
    await Upload.terminate(url, { headers: { Authorization: `Bearer ${token}` } })
    const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' }
    expect((await fetch(url, { method: 'HEAD', headers })).status).to.equal(410)
  })

  it('waits out a gateway that cannot answer, and does not start again', async () => {
    const bytes = randomBytes(2 * MIB)
    const first = await run(bytes, { chunkSize: MIB }, MIB)
    const check = gateway.ledger.find
    let failures = 2
    gateway.ledger.find = async (id) => {
      if (failures-- > 0) throw new Error('connection refused')
      return check.call(gateway.ledger, id)
    }
    try {
      const again = await run(bytes, { uploadUrl: first.url })
      expect(again.requests).to.deep.equal(['HEAD 423', 'HEAD 423', 'HEAD 200', 'PATCH 204'])
    } finally {
      gateway.ledger.find = check
      gateway.logger.lines.length = 0
    }
    expect((await download(first.link)).equals(bytes)).to.equal(true)
  })
})
