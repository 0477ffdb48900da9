import { createHmac, randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { type JWTPayload, SignJWT } from 'jose'
import { refusal, UploadBed } from '../../test/http/upload-bed.ts'

const SECRET = 'a secret of the chat server'
const hmac = (message: string, secret = SECRET) => createHmac('sha256', secret).update(message).digest('hex')
const inUrl = (path: string) => path.split('/').map(encodeURIComponent).join('/')

describe('/external, the upload backend of a chat server', function () {
  this.timeout(30_000)
  let bed: UploadBed
  let slots = 0

  before(async () => {
    bed = await UploadBed.open({ uploadSecret: SECRET, maxUploadBytes: 2 ** 22 })
  })
  afterEach(() => bed.settle())
  after(() => bed.close())

  const bytes = randomBytes(200_000)
  const put = (url: string, body: Uint8Array | string, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'PUT', body: body as Uint8Array<ArrayBuffer>, headers })
  const addressOf = (path: string) => `${bed.gateway.url}/external/${inUrl(path)}`
  /** As a chat server makes one: nobody can guess it. */
  const freshPath = (name = 'summit ü.jpg') => `slot-${slots++}/${name}`

  async function expectServed(path: string, type = 'image/jpeg', sent = bytes): Promise<void> {
    const got = await fetch(addressOf(path))
    expect([got.status, got.headers.get('content-type')]).to.deep.equal([200, type])
    expect(Buffer.from(await got.arrayBuffer()).equals(sent)).to.equal(true)
  }

  async function ownerOf(path: string): Promise<string | undefined> {
    const { ledger, transfer } = bed.gateway
    return (await ledger.findByMedia(transfer.externalSlots?.mediaIdOf(path) ?? ''))?.owner
  }

  describe('mod_http_file_share of Prosody', () => {
    const now = () => Math.floor(Date.now() / 1000)

    /** With the claims that the module makes, in its own order. */
    function token(path: string, more: Record<string, unknown> = {}, secret = SECRET): Promise<string> {
      const [slot, filename] = path.split('/')
      const claims = {
        sub: 'romeo@example.org',
        iat: now(),
        exp: now() + 300,
        slot,
        expires: now() + 604_800,
        filename,
        filesize: bytes.length,
        filetype: 'image/jpeg',
        ...more,
      }
      return new SignJWT(claims as JWTPayload)
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .sign(new TextEncoder().encode(secret))
    }

    async function putWith(path: string, jwt: string | Promise<string>, body: Uint8Array = bytes) {
      return await put(addressOf(path), body, { authorization: `Bearer ${await jwt}` })
    }

    it('stores a file and serves it at the same address, as the uploader’s', async () => {
      const path = freshPath()
      expect((await fetch(addressOf(path))).status).to.equal(404)
      expect((await putWith(path, token(path))).status).to.equal(201)
      await expectServed(path)
      expect(await ownerOf(path)).to.equal('romeo@example.org')
      expect(refusal(await putWith(path, token(path)))).to.deep.equal([409, 'upload-complete'])
      const mediaId = bed.gateway.transfer.externalSlots?.mediaIdOf(path)
      expect(JSON.stringify(bed.gateway.logger.lines)).not.to.contain(mediaId)
    })

    it('takes a chunked body, and holds it to the size that was granted', async () => {
      const chunked = async (path: string, sent: Uint8Array) => {
        const headers = { authorization: `Bearer ${await token(path)}` }
        const body = new Blob([sent as Uint8Array<ArrayBuffer>]).stream()
        return await fetch(addressOf(path), { method: 'PUT', headers, body, duplex: 'half' } as RequestInit)
      }
      const path = freshPath()
      expect((await chunked(path, bytes)).status).to.equal(201)
      await expectServed(path)
      const wrong = freshPath()
      expect(refusal(await chunked(wrong, bytes.subarray(1)))).to.deep.equal([400, 'body-too-short'])
      const more = Buffer.concat([bytes, Buffer.from('x')])
      expect(refusal(await chunked(wrong, more))).to.deep.equal([413, 'body-too-long'])
      expect((await fetch(addressOf(wrong))).status).to.equal(404)
      expect((await chunked(wrong, bytes)).status).to.equal(201)
    })

    it('refuses another size, and more than its own limit', async () => {
      const path = freshPath()
      expect(refusal(await putWith(path, token(path), bytes.subarray(1)))).to.deep.equal([
        400,
        'body-too-short',
      ])
      const other = freshPath()
      expect(refusal(await putWith(other, token(other, { filesize: 2 ** 30 })))).to.deep.equal([
        413,
        'file-too-large',
      ])
    })

    it('takes no token that is expired, forged, of another slot or file, or says too little', async () => {
      const path = freshPath()
      const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`
      const tokens = {
        expired: token(path, { exp: now() - 1 }),
        'without an end': token(path, { exp: undefined }),
        forged: token(path, {}, 'another secret'),
        'of another slot': token(freshPath()),
        'of another file': token(path, { filename: 'other.jpg' }),
        'without a size': token(path, { filesize: undefined }),
        'of a negative size': token(path, { filesize: -1 }),
        'of no algorithm': none,
        'of an account': bed.token,
        nonsense: 'nonsense',
      }
      for (const [what, jwt] of Object.entries(tokens))
        expect(refusal(await putWith(path, jwt)), what).to.deep.equal([401, 'not-authorized'])
      expect((await fetch(addressOf(path))).status).to.equal(404)
    })

    it('stores under nobody’s name when the token tells no uploader', async () => {
      for (const sub of [undefined, 'a@b@c', '', 'romeo@example.org/phone']) {
        const path = freshPath()
        expect((await putWith(path, token(path, { sub }))).status).to.equal(201)
        expect(await ownerOf(path), sub).to.match(/^\//)
      }
    })

    it('takes a type that is none for bytes', async () => {
      for (const filetype of ['no type', undefined, '']) {
        const path = freshPath()
        expect((await putWith(path, token(path, { filetype }))).status).to.equal(201)
        await expectServed(path, 'application/octet-stream')
      }
    })

    for (const [name, kept] of [
      ['..', 'file'],
      ['x'.repeat(300), 'x'.repeat(255)],
      ['a\u0001b', 'a_b'],
      ['a\\b', 'a_b'],
    ] as const) {
      it(`keeps a file of the name ${JSON.stringify(name.slice(0, 10))} under a name that is one`, async () => {
        const path = freshPath(name)
        // fetch would resolve the dots before it asks.
        const ask = async (method: string, headers: Record<string, string>, body?: Uint8Array) => {
          const connection = await bed.connect()
          connection.request(`${method} /external/${inUrl(path)}`, headers, body)
          return await connection.answer()
        }
        const headers = {
          authorization: `Bearer ${await token(path)}`,
          'content-length': String(bytes.length),
        }
        expect((await ask('PUT', headers, bytes)).status).to.equal(201)
        const { status, headers: answered } = await ask('GET', {})
        expect(status).to.equal(200)
        expect(answered.get('content-disposition')).to.match(new RegExp(`filename="?${kept}"?$`))
      })
    }
  })

  describe('mod_http_upload_external and ejabberd, version 1', () => {
    const putV = (path: string, v: string, body: Uint8Array = bytes, headers: Record<string, string> = {}) =>
      put(`${addressOf(path)}?v=${v}`, body, headers)

    for (const [what, path] of [
      ['Prosody', '4be0643f-1d98-573b-97cd-ca98a65347dd/Grüße & 100%+?#.jpg'],
      ['ejabberd', 'b3f0e0a2a0b6a3a26b0c4f1e9a552f8a3d1c7e90/rAnD0mAlphaNum/summit_ü.jpg'],
    ] as const) {
      it(`takes what ${what} signs, and keeps the type of the PUT`, async () => {
        const answer = await putV(path, hmac(`${path} ${bytes.length}`), bytes, {
          'content-type': 'image/jpeg',
        })
        expect(answer.status).to.equal(201)
        await expectServed(path)
        expect(await ownerOf(path)).to.match(/^\//)
      })
    }

    it('takes no wrong or missing signature, another path or size', async () => {
      const path = freshPath()
      const right = hmac(`${path} ${bytes.length}`)
      const answers = {
        missing: await put(addressOf(path), bytes),
        empty: await putV(path, ''),
        short: await putV(path, right.slice(2)),
        zeros: await putV(path, '0'.repeat(64)),
        forged: await putV(path, hmac(`${path} ${bytes.length}`, 'another secret')),
        'of another path': await putV(path, hmac(`x${path} ${bytes.length}`)),
        'of another size': await putV(path, hmac(`${path} ${bytes.length + 1}`)),
        'for a shorter body': await putV(path, right, bytes.subarray(1)),
        twice: await put(`${addressOf(path)}?v=${right}&v=${right}`, bytes),
        'at another path': await putV(`x${path}`, right),
      }
      for (const [what, answer] of Object.entries(answers))
        expect(refusal(answer), what).to.deep.equal([403, 'forbidden'])
      expect((await fetch(addressOf(path))).status).to.equal(404)
      expect((await putV(path, right)).status).to.equal(201)
    })

    it('cannot check a signature without a length', async () => {
      const path = freshPath()
      const connection = await bed.connect()
      const url = `/external/${inUrl(path)}?v=${hmac(`${path} 1`)}`
      connection.request(`PUT ${url}`, { 'transfer-encoding': 'chunked' }, Buffer.from('1\r\nx\r\n0\r\n\r\n'))
      expect((await connection.answer()).headers.get('sluice-refusal')).to.equal('bad-size')
    })

    it('takes an empty file', async () => {
      const path = freshPath()
      expect((await putV(path, hmac(`${path} 0`), new Uint8Array())).status).to.equal(201)
      expect((await fetch(addressOf(path))).headers.get('content-length')).to.equal('0')
    })
  })

  describe('mod_http_upload_external, version 2', () => {
    const sign = (path: string, type: string) => hmac(`${path}\0${bytes.length}\0${type}`)
    const putV2 = (path: string, query: string, type?: string) =>
      put(`${addressOf(path)}?${query}`, bytes, type === undefined ? {} : { 'content-type': type })

    it('takes what was signed with its type, and no other type', async () => {
      const path = freshPath()
      const v2 = `v2=${sign(path, 'image/jpeg')}`
      expect(refusal(await putV2(path, v2, 'text/html'))).to.deep.equal([403, 'forbidden'])
      expect(refusal(await putV2(path, v2))).to.deep.equal([403, 'forbidden'])
      expect((await putV2(path, v2, 'image/jpeg')).status).to.equal(201)
      await expectServed(path)
    })

    it('has the default type where none is sent', async () => {
      const path = freshPath()
      expect((await putV2(path, `v2=${sign(path, 'application/octet-stream')}`)).status).to.equal(201)
      await expectServed(path, 'application/octet-stream')
    })

    it('counts more than version 1', async () => {
      const path = freshPath()
      const v = hmac(`${path} ${bytes.length}`)
      const both = `v=${v}&v2=${'0'.repeat(64)}`
      expect(refusal(await putV2(path, both, 'image/jpeg'))).to.deep.equal([403, 'forbidden'])
    })
  })

  it('begins anew after a PUT that was killed, and never splices the two', async () => {
    const path = freshPath()
    const [first, second] = [randomBytes(4_000_000), randomBytes(4_000_000)]
    const url = `/external/${inUrl(path)}?v=${hmac(`${path} 4000000`)}`
    const connection = await bed.connect()
    connection.request(`PUT ${url}`, { 'content-length': '4000000' }, first.subarray(0, 3_000_000))
    const { ledger, transfer } = bed.gateway
    const mediaId = transfer.externalSlots?.mediaIdOf(path) ?? ''
    for (let received = 0; received < 3_000_000; ) {
      const upload = await ledger.findByMedia(mediaId)
      received = (upload && transfer.writers.received(upload.id)) ?? 0
    }
    connection.socket.destroy()
    expect((await put(bed.gateway.url + url, second)).status).to.equal(201)
    await expectServed(path, 'application/octet-stream', second)
  })

  it('answers HEAD, ranges, conditions and other origins as /media does, with the same care', async () => {
    const path = freshPath('page.html')
    const type = { 'content-type': 'text/html' }
    await put(`${addressOf(path)}?v=${hmac(`${path} ${bytes.length}`)}`, bytes, type)
    const address = addressOf(path)
    const head = await fetch(address, { method: 'HEAD' })
    const etag = head.headers.get('etag') ?? ''
    expect(Object.fromEntries(head.headers)).to.include({
      'accept-ranges': 'bytes',
      'content-length': String(bytes.length),
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'content-disposition': 'attachment; filename=page.html',
      'access-control-allow-origin': '*',
    })
    const ranged = (headers: Record<string, string>) => fetch(address, { headers })
    const part = await ranged({ range: 'bytes=1000-', 'if-range': etag })
    expect([part.status, part.headers.get('content-range')]).to.deep.equal([
      206,
      `bytes 1000-${bytes.length - 1}/${bytes.length}`,
    ])
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1000))).to.equal(true)
    expect((await ranged({ range: 'bytes=0-', 'if-range': '"other"' })).status).to.equal(200)
    expect((await ranged({ 'if-none-match': etag })).status).to.equal(304)
    expect((await ranged({ range: `bytes=${bytes.length}-` })).status).to.equal(416)
  })

  it('has no address but those that were given', async () => {
    for (const path of ['x', 'x/y', 'x/y/z', 'x/../y'])
      expect((await fetch(addressOf(path))).status).to.equal(404)
    expect((await fetch(`${bed.gateway.url}/external/%zz`)).status).to.equal(400)
    const answer = await fetch(addressOf('x/y'), { method: 'POST' })
    expect([answer.status, answer.headers.get('allow')]).to.deep.equal([405, 'OPTIONS, PUT, GET, HEAD'])
  })

  it('is not there without a secret', async () => {
    const without = await UploadBed.open()
    try {
      const path = freshPath()
      const url = `${without.gateway.url}/external/${inUrl(path)}?v=${hmac(`${path} ${bytes.length}`)}`
      const answer = await put(url, bytes)
      expect([answer.status, answer.headers.get('sluice-refusal')]).to.deep.equal([404, null])
    } finally {
      await without.close()
    }
  })
})
