import { Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { afterEach, describe, it } from 'mocha'
import { SLOT, STATUS, TUS, UPLOAD_ID } from '../../test/http/samples.ts'
import { type ListeningGateway, listenScripted, type Script } from '../../test/http/scripted-gateway.ts'

describe('creation by tus', () => {
  let gateway: ListeningGateway
  afterEach(() => gateway.close())

  async function serve(script: Script) {
    gateway = await listenScripted(script)
  }
  const ask = (method: string, path: string, headers: Record<string, string> = TUS, body?: string) =>
    fetch(gateway.url + path, { method, headers, ...(body !== undefined && { body }) })

  const create = { ...TUS, 'upload-length': '10' }

  it('creates an upload, with its place, its end and its link', async () => {
    const asked: unknown[] = []
    await serve({
      createUpload: {
        run: async (wish) => {
          asked.push(wish)
          return SLOT
        },
      },
    })
    const answer = await ask('POST', '/uploads', {
      ...create,
      'upload-metadata': `filename ${Buffer.from('a b.png').toString('base64')},filetype aW1hZ2UvcG5n`,
    })
    expect(answer.status).to.equal(201)
    expect(answer.headers.get('location')).to.equal(SLOT.uploadUrl)
    expect(answer.headers.get('upload-expires')).to.equal('Sun, 08 Mar 2026 12:00:00 GMT')
    expect(await answer.text()).to.equal(`${SLOT.getUrl}\n`)
    expect(asked).to.deep.equal([
      {
        principal: { owner: 'alice@example.org' },
        name: 'a b.png',
        type: 'image/png',
        size: 10,
        tusMetadata: 'filename YSBiLnBuZw==,filetype aW1hZ2UvcG5n',
      },
    ])
  })

  it('takes the first bytes along (creation-with-upload)', async () => {
    let received = ''
    await serve({
      createUpload: { run: async () => SLOT },
      receiveUpload: {
        run: async ({ body, offset, length, uploadId }) => {
          expect({ offset, length, uploadId }).to.deep.equal({ offset: 0, length: 4, uploadId: UPLOAD_ID })
          for await (const bytes of body) received += bytes
          return STATUS
        },
      },
    })
    const headers = { ...create, 'content-type': 'application/offset+octet-stream' }
    const answer = await ask('POST', '/uploads', headers, 'abcd')
    expect(answer.status).to.equal(201)
    expect(answer.headers.get('upload-offset')).to.equal('4')
    expect(answer.headers.get('location')).to.equal(SLOT.uploadUrl)
    expect(received).to.equal('abcd')
  })

  it('still says where the upload is when its first bytes fail', async () => {
    await serve({
      createUpload: { run: async () => SLOT },
      receiveUpload: { run: () => Promise.reject(new Refusal('unavailable')) },
    })
    const headers = { ...create, 'content-type': 'application/offset+octet-stream' }
    const answer = await ask('POST', '/uploads', headers, 'abcd')
    expect(answer.status).to.equal(503)
    expect(answer.headers.get('location')).to.equal(SLOT.uploadUrl)
  })

  it('creates an upload of no bytes', async () => {
    await serve({ createUpload: { run: async ({ size }) => ({ ...SLOT, size, state: 'complete' }) } })
    const answer = await ask('POST', '/uploads', { ...create, 'upload-length': '0' })
    expect(answer.status).to.equal(201)
    expect(answer.headers.has('upload-expires'), 'a complete upload does not expire').to.equal(false)
  })

  it('needs an account token: a slot creates nothing', async () => {
    const verify = async () => ({ owner: 'alice@example.org', grant: { uploadId: UPLOAD_ID, grantNo: 1 } })
    await serve({ tokens: { verify } })
    expect((await ask('POST', '/uploads', create)).status).to.equal(403)
  })

  for (const length of ['-1', 'ten', '1.5', '010', '', '9007199254740992']) {
    it(`refuses ${JSON.stringify(length)} as the length`, async () => {
      await serve({})
      const answer = await ask('POST', '/uploads', { ...TUS, 'upload-length': length })
      expect(answer.status).to.equal(400)
      expect(answer.headers.get('sluice-refusal')).to.equal('bad-size')
    })
  }

  it('refuses to create without a length, now or later', async () => {
    await serve({})
    expect((await ask('POST', '/uploads')).status).to.equal(400)
    expect((await ask('POST', '/uploads', { ...TUS, 'upload-defer-length': '1' })).status).to.equal(400)
    expect((await ask('POST', '/uploads', { ...create, 'upload-concat': 'partial' })).status).to.equal(400)
  })

  it('refuses first bytes that are more than the whole, and of another content type, creating nothing', async () => {
    await serve({})
    const headers = { ...create, 'content-type': 'application/offset+octet-stream' }
    expect((await ask('POST', '/uploads', headers, '12345678901')).status).to.equal(413)
    expect(
      (await ask('POST', '/uploads', { ...create, 'content-type': 'text/plain' }, 'abcd')).status,
    ).to.equal(415)
  })

  for (const [what, name] of [
    ['a path', '../../x'],
    ['300 characters', 'x'.repeat(300)],
    ['control characters', 'a\u0007b'],
  ] as const) {
    it(`refuses a name of ${what}`, async () => {
      await serve({})
      const metadata = `filename ${Buffer.from(name).toString('base64')}`
      const answer = await ask('POST', '/uploads', { ...create, 'upload-metadata': metadata })
      expect(answer.status).to.equal(400)
      expect(answer.headers.get('sluice-refusal')).to.equal('bad-name')
    })
  }
})
