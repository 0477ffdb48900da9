import { Refusal, type Slot, slotFromJson, statusFromJson, type UploadStatus } from '@sluice/protocol'
import { expect } from 'chai'
import { afterEach, describe, it } from 'mocha'
import { type ListeningGateway, listenScripted, type Script } from '../../test/http/scripted-gateway.ts'

const ID = '4be0643f-1d98-573b-97cd-ca98a65347dd'
const ALICE = { owner: 'alice@example.org' }
const STATUS: UploadStatus = {
  uploadId: ID,
  messageId: 'm1',
  state: 'cancelled',
  committed: 4,
  received: 4,
  size: 10,
  expiresAt: new Date('2026-03-08T12:00:00Z'),
}
const SLOT: Slot = {
  uploadId: ID,
  messageId: 'm1',
  uploadUrl: `https://gateway.example/uploads/${ID}`,
  getUrl: 'https://gateway.example/media/m/file',
  token: 'slot-token',
  state: 'paused',
  committed: 4,
  size: 10,
  expiresAt: new Date('2026-03-08T12:00:00Z'),
}

describe('the twins of the stanzas', () => {
  let gateway: ListeningGateway
  let asked: unknown[]
  afterEach(() => gateway.close())

  async function serve(script: Script) {
    asked = []
    gateway = await listenScripted(script)
  }
  const answering =
    <T>(answer: T) =>
    async (wish: unknown): Promise<T> => {
      asked.push(wish)
      return answer
    }
  const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}/uploads/${ID}/${path}`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer slot-token',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })

  for (const [name, useCase] of [
    ['cancel', 'cancelUpload'],
    ['discard', 'discardUpload'],
  ] as const) {
    it(`answers ${name} with the status`, async () => {
      await serve({ [useCase]: { run: answering(STATUS) } })
      const answer = await post(name)
      expect(answer.status).to.equal(200)
      expect(answer.headers.get('cache-control')).to.equal('no-store')
      expect(statusFromJson(await answer.json())).to.deep.include({
        state: 'cancelled',
        committed: 4,
        messageId: 'm1',
      })
      expect(asked).to.deep.equal([{ principal: ALICE, uploadId: ID }])
    })
  }

  it('answers hash with the status, and takes none but a SHA-256', async () => {
    await serve({ handOverHash: { run: answering(STATUS) } })
    const sha256 = 'a1'.repeat(32)
    const answer = await post('hash', { sha256 })
    expect(statusFromJson(await answer.json())).to.deep.include({ committed: 4 })
    expect(asked).to.deep.equal([{ principal: ALICE, uploadId: ID, sha256 }])
    for (const body of [undefined, {}, { sha256: sha256.toUpperCase() }, { sha256: 'a1' }, { sha256: 1 }]) {
      const refused = await post('hash', body)
      expect(refused.status, JSON.stringify(body)).to.equal(400)
      expect(refused.headers.get('sluice-refusal')).to.equal('bad-request')
    }
    expect(asked).to.have.length(1)
  })

  it('answers state with the status', async () => {
    await serve({ inspectUpload: { status: answering(STATUS) } })
    const headers = { authorization: 'Bearer slot-token' }
    const answer = await fetch(`${gateway.url}/uploads/${ID}/state`, { headers })
    expect(answer.headers.get('cache-control')).to.equal('no-store')
    expect(statusFromJson(await answer.json())).to.deep.include({ received: 4, size: 10 })
  })

  it('answers resume with a fresh slot, for the device that asks if it says which', async () => {
    await serve({ resumeUpload: { run: answering(SLOT) } })
    expect(slotFromJson(await (await post('resume')).json())).to.deep.equal(SLOT)
    await post('resume', { device: 'Alice@Example.org/phone' })
    expect(asked).to.deep.equal([
      { principal: ALICE, uploadId: ID, device: undefined },
      { principal: ALICE, uploadId: ID, device: 'alice@example.org/phone' },
    ])
  })

  for (const [name, useCase] of [
    ['claim', 'claimMessage'],
    ['sent', 'confirmSent'],
  ] as const) {
    it(`hands the device of ${name} on`, async () => {
      await serve({ [useCase]: { run: answering(undefined) } })
      expect((await post(name, { device: 'alice@example.org/phone' })).status).to.equal(204)
      expect(asked).to.deep.equal([{ principal: ALICE, uploadId: ID, device: 'alice@example.org/phone' }])
    })
  }

  for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'a/b']) {
    it(`takes no body of the type ${type} for no body`, async () => {
      await serve({
        cancelUpload: { run: answering(STATUS) },
        discardUpload: { run: answering(STATUS) },
        resumeUpload: { run: answering(SLOT) },
      })
      for (const name of ['cancel', 'discard', 'resume']) {
        expect((await post(name, '', { 'content-type': type })).status, name).to.equal(200)
      }
      expect(asked).to.have.length(3)
    })
  }

  it('refuses a device that is none, that is missing, or somebody else’s', async () => {
    await serve({})
    for (const [body, status] of [
      [undefined, 400],
      [{}, 400],
      [{ device: 7 }, 400],
      [{ device: 'alice@example.org' }, 400],
      [{ device: '@/phone' }, 400],
      [{ device: 'mallory@example.org/phone' }, 403],
    ] as const) {
      expect((await post('claim', body)).status, JSON.stringify(body)).to.equal(status)
    }
  })

  it('refuses bodies that are not JSON, or not small', async () => {
    await serve({})
    for (const [body, headers, status, code] of [
      ['{', {}, 400, 'bad-request'],
      ['', {}, 400, 'bad-request'],
      [`{"device":"${'x'.repeat(10_000)}"}`, {}, 400, 'bad-request'],
      ['device=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'content-type'],
    ] as const) {
      const answer = await post('claim', body, headers)
      expect(answer.status, body.slice(0, 20)).to.equal(status)
      expect(await answer.json()).to.include({ code, statusCode: status })
    }
  })

  it('is for nobody without a token', async () => {
    await serve({})
    for (const name of ['cancel', 'resume', 'discard', 'claim', 'sent']) {
      expect((await post(name, undefined, { authorization: '' })).status, name).to.equal(401)
    }
    expect((await fetch(`${gateway.url}/uploads/${ID}/state`)).status).to.equal(401)
  })

  it('spells a refusal with its code and details', async () => {
    await serve({ cancelUpload: { run: () => Promise.reject(new Refusal('upload-complete')) } })
    const answer = await post('cancel')
    expect(answer.status).to.equal(409)
    expect(await answer.json()).to.deep.equal({
      code: 'upload-complete',
      message: 'The upload is already complete',
      statusCode: 409,
      retryable: false,
      details: {},
    })
  })
})
