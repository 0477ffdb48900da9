import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { refusal, UploadBed } from '../../test/http/upload-bed.ts'

const ALICE = { owner: 'alice@example.org' }

describe('PUT /slots', function () {
  this.timeout(30_000)
  let bed: UploadBed

  before(async () => {
    bed = await UploadBed.open({ maxUploadBytes: 2 ** 24, dailyQuotaBytes: 2 ** 26 })
  })
  afterEach(() => bed.settle())
  after(() => bed.close())

  const bytes = randomBytes(300_000)
  const ask = async (size = bytes.length, name = 'a ü.jpg', mediaType = 'image/jpeg') => {
    const slot = await bed.gateway.transfer.requestSlot.run({ principal: ALICE, name, size, mediaType })
    const { pathname, search } = new URL(slot.putUrl)
    return { put: slot.putUrl, path: pathname + search, get: slot.getUrl }
  }
  const put = (url: string, body: Uint8Array | string, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'PUT', body: body as Uint8Array<ArrayBuffer>, headers })
  const served = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer())

  it('stores a file, which then answers at the other address, as it was asked for', async () => {
    const { put: url, get } = await ask()
    expect((await fetch(get)).status).to.equal(404)
    const answer = await put(url, bytes, { 'content-type': 'text/html' })
    expect([answer.status, await answer.text()]).to.deep.equal([201, ''])
    expect(answer.headers.get('access-control-allow-origin')).to.equal('*')
    const got = await fetch(get)
    expect(got.headers.get('content-type')).to.equal('image/jpeg')
    expect(got.headers.get('content-disposition')).to.contain('filename*=UTF-8')
    expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).to.equal(true)
  })

  it('takes a chunked body, and holds it to the size of the slot', async () => {
    const chunked = (sent: Uint8Array) => {
      const body = new ReadableStream({
        pull(controller) {
          controller.enqueue(sent)
          controller.close()
        },
      })
      return { method: 'PUT', body, duplex: 'half' } as RequestInit
    }
    const right = await ask()
    expect((await fetch(right.put, chunked(bytes))).status).to.equal(201)
    expect((await served(right.get)).equals(bytes)).to.equal(true)
    const short = await ask()
    expect(refusal(await fetch(short.put, chunked(bytes.subarray(1))))).to.deep.equal([400, 'body-too-short'])
    const long = await ask(bytes.length - 1)
    expect(refusal(await fetch(long.put, chunked(bytes)))).to.deep.equal([413, 'body-too-long'])
    for (const { get } of [short, long]) expect((await fetch(get)).status).to.equal(404)
  })

  it('refuses another length before it wants the body', async () => {
    const { path, get } = await ask()
    for (const [length, status] of [
      [bytes.length + 1, 413],
      [bytes.length - 1, 400],
    ] as const) {
      const connection = await bed.connect()
      connection.request(`PUT ${path}`, { 'content-length': String(length), expect: '100-continue' })
      expect((await connection.answer()).status).to.equal(status)
    }
    expect((await fetch(get)).status).to.equal(404)
    expect((await put(new URL(path, bed.gateway.url).href, bytes)).status).to.equal(201)
  })

  for (const length of ['-5', '1e3', 'many', '0x10', '']) {
    it(`answers 400 to the Content-Length ${JSON.stringify(length)}`, async () => {
      const { path, get } = await ask()
      const connection = await bed.connect()
      connection.request(`PUT ${path}`, { 'content-length': length })
      expect((await connection.answer()).status).to.equal(400)
      expect((await fetch(get)).status).to.equal(404)
    })
  }

  it('takes no PUT without a token, with a forged one, an account’s, or that of another slot', async () => {
    const { put: url, get } = await ask()
    const other = await ask()
    const without = url.replace(/\?.*/, '')
    const token = new URL(url).searchParams.get('token') ?? ''
    const answers = {
      none: await put(without, bytes),
      empty: await put(`${without}?token=`, bytes),
      twice: await put(`${url}&token=${token}`, bytes),
      forged: await put(`${without}?token=${token.slice(0, -4)}AAAA`, bytes),
      account: await put(`${without}?token=${bed.token}`, bytes),
      header: await put(without, bytes, { authorization: `Bearer ${bed.token}` }),
    }
    for (const [what, answer] of Object.entries(answers))
      expect(refusal(answer), what).to.deep.equal([401, 'not-authorized'])
    const foreign = await put(`${without}${new URL(other.put).search}`, bytes)
    expect(refusal(foreign)).to.deep.equal([403, 'forbidden'])
    for (const link of [get, other.get]) expect((await fetch(link)).status).to.equal(404)
  })

  it('takes the token for nothing but the PUT', async () => {
    const token = new URL((await ask()).put).searchParams.get('token') ?? ''
    const headers = { ...bed.tus(token), 'upload-length': '1' }
    expect(refusal(await bed.ask('POST', '/uploads', headers))).to.deep.equal([401, 'not-authorized'])
  })

  it('takes no name for more than a name', async () => {
    const { put: url, get } = await ask()
    const { origin, search, pathname } = new URL(url)
    const elsewhere = `${origin}${pathname.replace(/[^/]+$/, encodeURIComponent('../../x'))}${search}`
    expect((await put(elsewhere, bytes)).status).to.equal(201)
    expect((await fetch(get)).headers.get('content-disposition')).not.to.contain('..')
  })

  it('keeps the file ending of a name with right-to-left marks where everybody sees it', async () => {
    const { put: url, get } = await ask(1, 'a\u202Egpj.exe', 'application/octet-stream')
    expect((await put(url, 'x')).status).to.equal(201)
    expect((await fetch(get)).headers.get('content-disposition')).to.equal('attachment; filename=agpj.exe')
  })

  it('serves nothing of a PUT whose client was killed, then all of the next, and nothing of both', async () => {
    const { path, put: url, get } = await ask(8_000_000)
    const [first, second] = [randomBytes(8_000_000), randomBytes(8_000_000)]
    const connection = await bed.connect()
    connection.request(`PUT ${path}`, { 'content-length': '8000000' }, first.subarray(0, 6_000_000))
    const mediaId = path.split('/')[2] ?? ''
    const { ledger, transfer } = bed.gateway
    for (let received = 0; received < 6_000_000; ) {
      const upload = await ledger.findByMedia(mediaId)
      received = (upload && transfer.writers.received(upload.id)) ?? 0
    }
    connection.socket.destroy()
    expect((await put(url, second)).status).to.equal(201)
    expect((await served(get)).equals(second)).to.equal(true)
  })

  it('answers exactly one of four PUTs at once with 201, and serves that one', async () => {
    const { put: url, get } = await ask(2_000_000)
    const bodies = Array.from({ length: 4 }, () => randomBytes(2_000_000))
    const answers = await Promise.all(bodies.map((body) => put(url, body)))
    const winners = bodies.filter((_, n) => answers[n]?.status === 201)
    expect(winners, answers.map(({ status }) => status).join()).to.have.length(1)
    expect((await served(get)).equals(winners[0] as Buffer)).to.equal(true)
    const again = await put(url, bodies[0] as Buffer)
    expect(refusal(again)).to.deep.equal([409, 'upload-complete'])
    expect((await served(get)).equals(winners[0] as Buffer)).to.equal(true)
  })

  it('gives no link away in the log', async () => {
    const { put: url, path } = await ask()
    expect((await put(url, bytes)).status).to.equal(201)
    expect(JSON.stringify(bed.gateway.logger.lines)).not.to.contain(path.split('/')[2])
  })

  it('takes an empty file', async () => {
    const { put: url, get } = await ask(0)
    expect((await put(url, '')).status).to.equal(201)
    expect((await fetch(get)).headers.get('content-length')).to.equal('0')
  })

  it('answers 405 to what a slot does not take', async () => {
    const { put: url } = await ask()
    const answer = await fetch(url)
    expect([answer.status, answer.headers.get('allow')]).to.deep.equal([405, 'OPTIONS, PUT'])
  })

  it('says over HTTP when the quota of a day has room again', async () => {
    const { transfer } = bed.gateway
    const principal = { owner: 'quota@example.org' }
    for (let n = 0; n < 4; n++) await transfer.requestSlot.run({ principal, name: 'x', size: 2 ** 24 })
    const headers = { ...bed.tus(await bed.gateway.token(principal.owner)), 'upload-length': '1' }
    const answer = await bed.ask('POST', '/uploads', headers)
    expect(refusal(answer)).to.deep.equal([429, 'over-quota'])
    const hours = (Date.parse(answer.headers.get('retry-after') ?? '') - Date.now()) / 3_600_000
    expect(hours).to.be.within(23.9, 24)
  })
})
