import { createHmac } from 'node:crypto'
import { slotFromJson, statusFromJson } from '@sluice/protocol'
import { expect } from 'chai'
import { after, afterEach, before, describe, it } from 'mocha'
import { refusal, UploadBed } from '../../test/http/upload-bed.ts'

const TEXT = 'abcdefghij'
const LIMIT = 1024 * 1024 * 1024
describe('uploads that a real ledger refuses', function () {
  this.timeout(60_000)
  let bed: UploadBed
  before(async () => {
    bed = await UploadBed.open({ maxUploadBytes: LIMIT })
  })
  after(() => bed.close())
  afterEach(() => bed.settle())

  it('of more than the limit are refused', async () => {
    const headers = { ...bed.tus(), 'upload-length': String(LIMIT + 1) }
    const answer = await fetch(`${bed.gateway.url}/uploads`, { method: 'POST', headers })
    expect(refusal(answer)).to.deep.equal([413, 'file-too-large'])
    expect(await answer.json()).to.have.property('message', `The file is larger than ${LIMIT} bytes`)
  })

  it('say where they go on to a PATCH at a wrong offset, and take nothing of it', async () => {
    const { path } = await bed.create(TEXT.length)
    await bed.patch(path, 0, 'abcd')
    for (const offset of [0, 3, 5, 10, 11]) {
      const answer = await bed.patch(path, offset, 'xx')
      expect(refusal(answer), `at ${offset}`).to.deep.equal([409, 'offset-mismatch'])
      expect(answer.headers.get('upload-offset')).to.equal('4')
    }
    expect(await bed.offsetOf(path)).to.equal(4)
  })

  it('refuse a PATCH past the end before they read it', async () => {
    const { path } = await bed.create(TEXT.length)
    await bed.patch(path, 0, 'abcd')
    expect(refusal(await bed.patch(path, 4, 'efghijk'))).to.deep.equal([413, 'body-too-long'])
    expect(await bed.offsetOf(path)).to.equal(4)
  })

  it('refuse a chunked PATCH past the end, and store nothing beyond it', async () => {
    const { path } = await bed.create(TEXT.length)
    const raw = await bed.connect()
    const headers = { ...bed.patchHeaders(0), 'transfer-encoding': 'chunked' }
    raw.request(`PATCH ${path}`, headers, 'b\r\nabcdefghijk\r\n0\r\n\r\n')
    const answer = await raw.answer()
    expect([answer.status, answer.headers.get('sluice-refusal')]).to.deep.equal([413, 'body-too-long'])
    expect(await bed.offsetOf(path)).to.be.at.most(TEXT.length)
  })

  it('refuse whoever has no token, a forged one, or one signed by nobody', async () => {
    const { path } = await bed.create(TEXT.length)
    const [head = '', payload = '', signature = ''] = bed.token.split('.')
    const mallory = Buffer.from(
      JSON.stringify({ iss: 'sluice', sub: 'alice@example.org', exp: 4e9 }),
    ).toString('base64url')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    const ownKey = createHmac('sha256', 'guessed').update(`${head}.${payload}`).digest('base64url')
    for (const forged of [
      'nonsense',
      `${head}.${mallory}.${signature}`,
      `${head}.${payload}.${ownKey}`,
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
    ]) {
      expect(refusal(await bed.patch(path, 0, 'abcd', forged)), forged).to.deep.equal([401, 'not-authorized'])
    }
    const { authorization: _, ...headers } = bed.patchHeaders(0)
    const answer = await fetch(bed.gateway.url + path, { method: 'PATCH', headers, body: 'abcd' })
    expect(refusal(answer)).to.deep.equal([401, 'not-authorized'])
    expect(await bed.offsetOf(path)).to.equal(0)
  })

  it('do not exist for another account, nor for a slot of another upload', async () => {
    const { path } = await bed.create(TEXT.length)
    const other = await bed.create(TEXT.length)
    const mallory = await bed.gateway.token('mallory@example.org')
    const slot = slotFromJson(await (await bed.twin(other.path, 'resume')).json())
    for (const foreign of [mallory, slot.token]) {
      expect((await bed.patch(path, 0, 'abcd', foreign)).status).to.equal(404)
      expect((await bed.twin(path, 'cancel', foreign)).status).to.equal(404)
      const init = { method: 'HEAD', headers: bed.tus(foreign) }
      expect((await fetch(bed.gateway.url + path, init)).status).to.equal(404)
    }
    expect(await bed.offsetOf(path)).to.equal(0)
  })

  it('refuse outdated tokens to write with, and let them look', async () => {
    const { path, link } = await bed.create(TEXT.length)
    const first = slotFromJson(await (await bed.twin(path, 'resume')).json())
    expect((await bed.patch(path, 0, 'abcd', first.token)).status).to.equal(204)

    expect(statusFromJson(await (await bed.twin(path, 'cancel')).json())).to.include({
      state: 'cancelled',
      committed: 4,
    })
    expect(refusal(await bed.patch(path, 4, 'ef', first.token))).to.deep.equal([403, 'upload-cancelled'])
    expect(refusal(await bed.patch(path, 4, 'ef')), 'an account token resumes nothing either').to.deep.equal([
      403,
      'upload-cancelled',
    ])

    const second = slotFromJson(await (await bed.twin(path, 'resume')).json())
    expect(second.committed).to.equal(4)
    expect(refusal(await bed.patch(path, 4, 'ef', first.token))).to.deep.equal([403, 'overtaken'])
    expect(await bed.offsetOf(path, first.token)).to.equal(4)
    expect((await bed.patch(path, 4, 'efghij', second.token)).status).to.equal(204)
    expect(await bed.textOf(link)).to.equal(TEXT)
  })

  it('refuse a token past its end', async () => {
    const { path } = await bed.create(TEXT.length)
    const uploadId = path.slice('/uploads/'.length)
    const owner = 'alice@example.org'
    const expired = await bed.gateway.transfer.tokens.issueSlot({
      uploadId,
      owner,
      grantNo: 0,
      expiresAt: new Date(0),
    })
    expect(refusal(await bed.patch(path, 0, 'abcd', expired))).to.deep.equal([401, 'not-authorized'])
  })
})
