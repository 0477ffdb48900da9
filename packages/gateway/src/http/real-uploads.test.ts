import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { slotFromJson, statusFromJson } from '@sluice/protocol'
import { expect } from 'chai'
import { after, afterEach, before, describe, it } from 'mocha'
import { refusal, UploadBed } from '../../test/http/upload-bed.ts'

const TEXT = 'abcdefghij'

describe('uploads over a socket into a real ledger and store', function () {
  this.timeout(60_000)
  let bed: UploadBed
  before(async () => {
    bed = await UploadBed.open()
  })
  after(() => bed.close())
  afterEach(() => bed.settle())

  it('come out as they went in, in as many parts as one likes', async () => {
    const { path, link } = await bed.create(TEXT.length)
    expect((await fetch(link)).status, 'not there before it is complete').to.equal(404)
    for (const [at, part] of [
      [0, 'abcd'],
      [4, 'e'],
      [5, 'fghij'],
    ] as const) {
      const answer = await bed.patch(path, at, part)
      expect(answer.status).to.equal(204)
      expect(answer.headers.get('upload-offset')).to.equal(String(at + part.length))
      expect(answer.headers.has('upload-expires')).to.equal(at + part.length < TEXT.length)
    }
    expect(await bed.offsetOf(path)).to.equal(TEXT.length)
    expect(await bed.textOf(link)).to.equal(TEXT)
  })

  it('of 0 bytes are complete as soon as they are made', async () => {
    const { path, link } = await bed.create(0)
    expect(await bed.offsetOf(path)).to.equal(0)
    const answer = await fetch(link)
    expect([answer.status, await answer.text()]).to.deep.equal([200, ''])
  })

  it('lose the right-to-left marks of their names', async () => {
    const { path, link } = await bed.create(1, '\u202Egnp.exe')
    await bed.patch(path, 0, 'x')
    const answer = await fetch(link)
    expect(answer.headers.get('content-disposition')).to.equal('attachment; filename=gnp.exe')
    await answer.text()
  })

  it('take a chunked body', async () => {
    const { path, link } = await bed.create(TEXT.length)
    const raw = await bed.connect()
    const headers = { ...bed.patchHeaders(0), 'transfer-encoding': 'chunked' }
    raw.request(`PATCH ${path}`, headers, '4\r\nabcd\r\n6\r\nefghij\r\n0\r\n\r\n')
    expect((await raw.answer()).status).to.equal(204)
    expect(await bed.textOf(link)).to.equal(TEXT)
  })

  it('keep what came of a body that ends sooner than it said', async () => {
    const { path } = await bed.create(TEXT.length)
    const raw = await bed.connect()
    raw.request(`PATCH ${path}`, { ...bed.patchHeaders(0), 'content-length': 10 }, 'abcd')
    await bed.received(path, 4)
    raw.socket.destroy()
    expect(await bed.offsetOf(path)).to.equal(4)
  })

  it('take no more of a body than it said, and call what follows it no request', async () => {
    const { path } = await bed.create(TEXT.length)
    const raw = await bed.connect()
    raw.request(`PATCH ${path}`, { ...bed.patchHeaders(0), 'content-length': 4 }, 'abcdEFGHIJ\r\n\r\n')
    expect((await raw.answer()).status).to.equal(204)
    expect((await raw.answer()).status).to.equal(400)
    await raw.closed()
    expect(await bed.offsetOf(path)).to.equal(4)
  })

  it('keep what came before a malformed chunk', async () => {
    const { path } = await bed.create(TEXT.length)
    const raw = await bed.connect()
    raw.request(`PATCH ${path}`, { ...bed.patchHeaders(0), 'transfer-encoding': 'chunked' }, '4\r\nabcd\r\n')
    await bed.received(path, 4)
    raw.socket.write('nonsense\r\n')
    expect((await raw.answer()).status).to.equal(400)
    await raw.closed()
    expect(await bed.offsetOf(path)).to.equal(4)
  })

  it('stop a writer at work for a HEAD, and lose nothing that it had read', async () => {
    const { path } = await bed.create(TEXT.length)
    const raw = await bed.connect()
    raw.request(`PATCH ${path}`, { ...bed.patchHeaders(0), 'content-length': 10 }, 'abcdef')
    await bed.received(path, 6)
    expect(await bed.offsetOf(path)).to.equal(6)
    const answer = await raw.answer()
    expect([answer.status, answer.headers.get('upload-offset')]).to.deep.equal([204, '6'])
  })

  it('stop a writer at work for a cancel, and take nothing from it afterwards', async () => {
    const { path } = await bed.create(TEXT.length)
    const raw = await bed.connect()
    raw.request(`PATCH ${path}`, { ...bed.patchHeaders(0), 'content-length': 10 }, 'abcdef')
    await bed.received(path, 6)
    expect(statusFromJson(await (await bed.twin(path, 'cancel')).json())).to.include({
      committed: 6,
      received: 6,
    })
    // It hears of the pause that a cancel begins with, or of the cancel.
    expect((await raw.answer()).status).to.be.oneOf([204, 403])
    expect(refusal(await bed.patch(path, 6, 'ghij'))).to.deep.equal([403, 'upload-cancelled'])
    expect(await bed.offsetOf(path)).to.equal(6)
  })

  it('let the newest writer win', async () => {
    const { path, link } = await bed.create(TEXT.length)
    await bed.patch(path, 0, 'ab')
    const [older, newer] = [await bed.connect(), await bed.connect()]
    const headers = { ...bed.patchHeaders(2), 'content-length': 8 }
    older.request(`PATCH ${path}`, headers)
    await bed.until(path, ({ state }) => state === 'receiving')
    newer.request(`PATCH ${path}`, headers, 'cdef')
    await bed.received(path, 6)
    older.socket.write('XXXXXXXX')
    // The newer one is still at work: what the older is told depends on that.
    expect((await older.answer()).headers.get('sluice-refusal')).to.equal('overtaken')
    newer.socket.write('ghij')
    expect((await newer.answer()).status).to.equal(204)
    expect(await bed.textOf(link)).to.equal(TEXT)
  })

  it('say 100 Continue only to a body that they take', async () => {
    const { path, link } = await bed.create(TEXT.length)
    const refused = await bed.connect()
    refused.request(`PATCH ${path}`, { ...bed.patchHeaders(5), 'content-length': 5, expect: '100-continue' })
    expect(await refused.interim()).to.deep.equal([])
    expect((await refused.answer()).status).to.equal(409)
    refused.socket.destroy()
    const taken = await bed.connect()
    taken.request(`PATCH ${path}`, { ...bed.patchHeaders(0), 'content-length': 10, expect: '100-continue' })
    expect(await taken.continued()).to.equal(true)
    taken.socket.write(TEXT)
    expect((await taken.answer()).status).to.equal(204)
    expect(await bed.textOf(link)).to.equal(TEXT)
  })

  it('take bytes one by one, in packets of their own', async () => {
    const { path, link } = await bed.create(TEXT.length)
    const raw = await bed.connect()
    raw.socket.setNoDelay(true)
    raw.request(`PATCH ${path}`, { ...bed.patchHeaders(0), 'content-length': TEXT.length })
    for (const [index, character] of [...TEXT].entries()) {
      raw.socket.write(character)
      if (index < TEXT.length - 1) await bed.received(path, index + 1)
    }
    expect((await raw.answer()).status).to.equal(204)
    expect(await bed.textOf(link)).to.equal(TEXT)
  })

  it('go through the memory budget when they are larger', async () => {
    const bytes = randomBytes(80 * 1024 * 1024)
    const { path, link } = await bed.create(bytes.length)
    const raw = await bed.connect()
    raw.request(`PATCH ${path}`, { ...bed.patchHeaders(0), 'content-length': bytes.length })
    if (!raw.socket.write(bytes)) await once(raw.socket, 'drain')
    expect((await raw.answer()).status).to.equal(204)
    expect(Buffer.from(await (await fetch(link)).arrayBuffer()).equals(bytes)).to.equal(true)
  })

  it('end by DELETE, and say so afterwards', async () => {
    const { path, link } = await bed.create(TEXT.length)
    await bed.patch(path, 0, 'abcd')
    expect((await fetch(bed.gateway.url + path, { method: 'DELETE', headers: bed.tus() })).status).to.equal(
      204,
    )
    expect((await fetch(bed.gateway.url + path, { method: 'HEAD', headers: bed.tus() })).status).to.equal(410)
    expect(refusal(await bed.patch(path, 4, 'ef'))).to.deep.equal([410, 'upload-discarded'])
    expect((await fetch(link)).status).to.be.oneOf([404, 410])
  })

  it('end by DELETE when they are complete, but only for their owner’s account', async () => {
    const { path, link } = await bed.create(TEXT.length)
    const slot = slotFromJson(await (await bed.twin(path, 'resume')).json())
    await bed.patch(path, 0, TEXT)
    const end = (bearer?: string) => bed.ask('DELETE', path, bed.tus(bearer))
    expect(refusal(await end(slot.token))).to.deep.equal([409, 'upload-complete'])
    expect((await end(await bed.gateway.token('mallory@example.org'))).status).to.equal(404)
    expect(await bed.textOf(link)).to.equal(TEXT)
    expect((await end()).status).to.equal(204)
    expect((await fetch(link)).status).to.equal(410)
    expect(refusal(await bed.head(path))).to.deep.equal([410, 'media-gone'])
    expect((await end()).status).to.equal(410)
  })
})
