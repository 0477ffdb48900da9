import { expect } from 'chai'
import { afterEach, describe, it } from 'mocha'
import { SLOT, STATUS, TUS, UPLOAD_ID } from '../../test/http/samples.ts'
import { type ListeningGateway, listenScripted, type Script } from '../../test/http/scripted-gateway.ts'

const PATCH = { ...TUS, 'content-type': 'application/offset+octet-stream', 'upload-offset': '4' }

describe('the tus protocol', () => {
  let gateway: ListeningGateway
  afterEach(() => gateway.close())

  async function serve(script: Script) {
    gateway = await listenScripted(script)
  }
  const ask = (method: string, path: string, headers: Record<string, string> = TUS, body?: string) =>
    fetch(gateway.url + path, { method, headers, ...(body !== undefined && { body }) })

  describe('OPTIONS', () => {
    it('tells version, extensions and the largest upload, without a token or a version asked', async () => {
      await serve({})
      for (const path of ['/uploads', `/uploads/${UPLOAD_ID}`]) {
        const answer = await ask('OPTIONS', path, {})
        expect(answer.status).to.equal(204)
        expect(answer.headers.get('tus-resumable')).to.equal('1.0.0')
        expect(answer.headers.get('tus-version')).to.equal('1.0.0')
        expect(answer.headers.get('tus-extension')).to.equal(
          'creation,creation-with-upload,expiration,termination',
        )
        expect(answer.headers.get('tus-max-size')).to.equal('1000000')
      }
    })
  })

  describe('every other request', () => {
    it('is refused with 412 and our version when it speaks another tus', async () => {
      await serve({})
      const { 'tus-resumable': _, ...unversioned } = TUS
      for (const [method, path] of [
        ['POST', '/uploads'],
        ['HEAD', `/uploads/${UPLOAD_ID}`],
        ['PATCH', `/uploads/${UPLOAD_ID}`],
        ['DELETE', `/uploads/${UPLOAD_ID}`],
      ] as const) {
        for (const headers of [unversioned, { ...TUS, 'tus-resumable': '0.2.2' }]) {
          const answer = await ask(method, path, headers)
          expect(answer.status, method).to.equal(412)
          expect(answer.headers.get('tus-version')).to.equal('1.0.0')
          expect(answer.headers.get('tus-resumable')).to.equal('1.0.0')
          expect(answer.headers.get('sluice-refusal')).to.equal('tus-version')
        }
      }
    })

    it('is refused with 401 without a token, and with one that is not a bearer token', async () => {
      await serve({})
      for (const authorization of [undefined, 'Bearer', 'Bearer ', 'Basic YWxpY2U6c2VjcmV0', 'Bearer a b']) {
        const headers = { 'tus-resumable': '1.0.0', ...(authorization !== undefined && { authorization }) }
        const answer = await ask('PATCH', `/uploads/${UPLOAD_ID}`, headers)
        expect(answer.status, authorization).to.equal(401)
        expect(answer.headers.get('www-authenticate')).to.equal('Bearer realm="sluice"')
        expect(await answer.json()).to.deep.equal({
          code: 'not-authorized',
          message: 'A valid token is needed',
          statusCode: 401,
          retryable: false,
          details: {},
        })
      }
    })

    it('knows no upload under an id that is none', async () => {
      await serve({})
      for (const id of ['x', `${UPLOAD_ID}0`, UPLOAD_ID.toUpperCase(), `${UPLOAD_ID.slice(0, -1)}%00`]) {
        expect((await ask('DELETE', `/uploads/${id}`)).status, id).to.equal(404)
      }
    })

    it('is a bad request when its address cannot be decoded', async () => {
      await serve({})
      const answer = await ask('DELETE', '/uploads/%zz')
      expect(answer.status).to.equal(400)
      expect(answer.headers.get('sluice-refusal')).to.equal('bad-request')
      expect(answer.headers.get('x-content-type-options')).to.equal('nosniff')
    })

    it('may have a slash at the end of its address', async () => {
      await serve({ createUpload: { run: async () => SLOT } })
      expect((await ask('POST', '/uploads/', { ...TUS, 'upload-length': '10' })).status).to.equal(201)
    })
  })

  it('takes the method from X-HTTP-Method-Override where tus is spoken, and nowhere else', async () => {
    await serve({ inspectUpload: { settle: async () => STATUS }, receiveUpload: { run: async () => STATUS } })
    const as = (method: string) => ({ ...PATCH, 'x-http-method-override': method })
    expect((await ask('POST', `/uploads/${UPLOAD_ID}`, as('PATCH'))).status).to.equal(204)
    const head = await ask('POST', `/uploads/${UPLOAD_ID}`, as('head'))
    expect([head.status, head.headers.get('upload-offset')]).to.deep.equal([200, '4'])
    expect((await ask('POST', '/healthz', as('GET'))).status).to.equal(405)
  })

  it('refuses an X-HTTP-Method-Override that is no method, and says so', async () => {
    await serve({})
    for (const path of ['/uploads', `/uploads/${UPLOAD_ID}`]) {
      const answer = await ask('POST', path, { ...PATCH, 'x-http-method-override': 'brew' })
      expect(answer.status).to.equal(400)
      expect(await answer.json()).to.have.nested.property(
        'details.reason',
        'X-HTTP-Method-Override is "BREW", which is no method',
      )
    }
  })
})
