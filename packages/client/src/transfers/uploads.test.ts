import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { failureOf, reaches, sampleBytes, uploadBench } from '../../test/upload-bench.ts'
import { memoryStore, openMemoryStore } from '../persistence/memory-store.ts'
import type { AccountStore } from '../persistence/store.ts'
import { Unreachable } from '../unreachable.ts'
import type { UploadRecord } from './upload-record.ts'
import type { Uploads } from './uploads.ts'

const bytes = sampleBytes(3 * 1024 * 1024)
const now = () => AbortSignal.timeout(5_000)

describe('uploads across runs', () => {
  let folder = ''
  let path = ''

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'uploads-'))
    path = join(folder, 'holiday.mp4')
    await writeFile(path, bytes)
  })
  afterEach(() => rm(folder, { recursive: true }))

  /** Begins an upload and ends the run in the middle of it, as a crash would. */
  async function interrupted(file: Blob | string, from: { store?: AccountStore } = {}) {
    const bench = await uploadBench(from)
    const patch = bench.gateway.hold('PATCH')
    send(bench.uploads, file)
    await patch.reached
    const held = bench.gateway.upload.get('u-m1')
    if (held) held.bytes = bytes.slice(0, 1024)
    await bench.uploads.end(new Error('crash'))
    return bench
  }

  function send(uploads: Uploads, file: Blob | string) {
    const intent = { chat: 'chat', caption: 'a caption', replyTo: 'm0', metadata: { a: 1 } } as const
    const upload = uploads.create({ id: 'm1', to: 'bob@example.org', file, kind: 'video', intent })
    upload.start()
    return upload
  }

  it('goes on in a new process by the id alone, with the intent it began with', async () => {
    const { again, gateway } = await interrupted(path)
    const { uploads } = await again()
    const upload = await uploads.find('m1', now())
    expect(upload?.state).to.equal('paused')
    await upload?.resume()
    const message = await upload?.done
    expect(gateway.upload.get('u-m1')?.bytes).to.deep.equal(Buffer.from(bytes))
    expect(message).to.deep.include({ replyTo: 'm0', metaData: { a: 1 } })
    expect(message?.msgBody.media).to.deep.include({ caption: 'a caption', fileName: 'holiday.mp4' })
  })

  it('needs the file again when it was in memory only, and takes it', async () => {
    const { again } = await interrupted(new Blob([bytes]))
    const { uploads } = await again()
    const upload = await uploads.find('m1', now())
    await upload?.resume()
    const failure = await upload?.done.catch((error) => error)
    expect(failure).to.include({
      statusCode: 412,
      code: 'file_required',
      message: 'The file for message-id m1 is needed again',
    })
    await upload?.resume({ file: new Blob([bytes]) })
    await upload?.done
  })

  it('goes on by itself with the file that the store kept, at the committed byte, and drops it once done', async () => {
    const store = await openMemoryStore({ keepsFiles: true }).open('alice@example.org')
    const { again, gateway } = await interrupted(new Blob([bytes]), { store })
    const { uploads } = await again()
    expect(await store.files?.find('m1')).to.be.instanceOf(Blob)
    await uploads.goOn()
    expect(uploads.get('m1')?.state).to.equal('pending')
    await uploads.get('m1')?.done
    expect(gateway.upload.get('u-m1')?.bytes).to.deep.equal(Buffer.from(bytes))
    await uploads.end(new Error('over'))
    expect(await store.files?.find('m1')).to.equal(undefined)
  })

  it('goes on by itself with the kept file though it failed for want of it', async () => {
    const store = await openMemoryStore({ keepsFiles: true }).open('alice@example.org')
    const { again } = await interrupted(new Blob([bytes]), { store })
    const record = (await store.get('uploads', 'm1')) as UploadRecord
    const failure = { code: 'file_required', statusCode: 412, message: 'needed', retryable: true }
    await store.put('uploads', 'm1', { ...record, state: 'failed', failure })
    const { uploads } = await again()
    await uploads.goOn()
    await uploads.get('m1')?.done
  })

  it('refuses a kept file that has changed', async () => {
    const store = await openMemoryStore({ keepsFiles: true }).open('alice@example.org')
    const { again } = await interrupted(new Blob([bytes]), { store })
    await store.files?.keep('m1', { blob: new Blob([sampleBytes(bytes.length, 2)]) })
    const { uploads } = await again()
    await uploads.goOn()
    expect(await failureOf(uploads.get('m1')?.done ?? Promise.resolve())).to.include({ code: 'file_changed' })
  })

  it('drops the kept file of a discarded upload', async () => {
    const store = await openMemoryStore({ keepsFiles: true }).open('alice@example.org')
    const { again } = await interrupted(new Blob([bytes]), { store })
    const { uploads } = await again()
    await uploads.get('m1')?.discard()
    expect(await store.files?.find('m1')).to.equal(undefined)
  })

  it('is discarded when the tab that led it left no record, or that of a discard', async () => {
    for (const left of [undefined, { owes: 'discard' } as UploadRecord]) {
      const { again } = await interrupted(path)
      const { uploads } = await again()
      const upload = uploads.get('m1')
      upload?.takeOver(left)
      expect(upload?.state).to.equal('discarded')
    }
  })

  it('leaves alone by itself what its owner paused, or stopped from another device', async () => {
    const bench = await uploadBench()
    const patch = bench.gateway.hold('PATCH')
    const upload = send(bench.uploads, path)
    await patch.reached
    await upload.pause()
    await bench.uploads.end(new Error('crash'))
    const { uploads } = await bench.again()
    await uploads.goOn()
    expect(uploads.get('m1')?.state).to.equal('paused')
    await uploads.get('m1')?.resume()
    await uploads.get('m1')?.done
  })

  it('refuses another file of the same length, and goes on with the right one', async () => {
    const { again, gateway } = await interrupted(path)
    const { uploads } = await again()
    const upload = await uploads.find('m1', now())
    await upload?.resume({ file: new Blob([sampleBytes(bytes.length, 2)]) })
    expect(await upload?.done.catch((error) => error)).to.include({
      statusCode: 412,
      code: 'file_changed',
      message: 'The file for message-id m1 has changed',
    })
    expect(gateway.upload.get('u-m1')?.bytes).to.have.length(1024)
    await upload?.resume({ file: path })
    await upload?.done
  })

  it('goes on at another device with the file, by the list of the server', async () => {
    const { gateway } = await interrupted(path)
    const { uploads } = await uploadBench({ gateway })
    const upload = await uploads.find('m1', now())
    await upload?.resume()
    expect(await upload?.done.catch((error) => error)).to.include({ code: 'file_required' })
    await upload?.resume({ file: path })
    expect((await upload?.done)?.replyTo).to.equal('m0')
  })

  it('knows nothing under another id', async () => {
    const { uploads } = await uploadBench()
    expect(await uploads.find('m2', now())).to.equal(undefined)
  })

  it('gives the stored result after a success, and sends no second message', async () => {
    const bench = await uploadBench()
    const message = await send(bench.uploads, path).done
    const { uploads } = await bench.again()
    const upload = await uploads.find('m1', now())
    expect(upload?.state).to.equal('done')
    await upload?.resume()
    expect(await upload?.done).to.deep.equal(message)
    expect(bench.gateway.messages).to.have.length(1)
  })

  it('succeeds without a message of its own when another device has sent it', async () => {
    const { again, gateway } = await interrupted(path)
    const held = gateway.upload.get('u-m1')
    if (held)
      Object.assign(held, { bytes: Buffer.from(bytes), state: 'complete', delivery: 'sent', hash: 'x' })
    const { uploads } = await again()
    const upload = await uploads.find('m1', now())
    await upload?.resume()
    await upload?.done
    expect(gateway.messages).to.deep.equal([])
  })

  it('remembers a permanent failure', async () => {
    const bench = await interrupted(path)
    bench.gateway.refuse('resume', new Refusal('upload-expired'))
    const { uploads, again } = await bench.again()
    const upload = await uploads.find('m1', now())
    await upload?.resume()
    const expired = { statusCode: 410, message: 'Media upload for message-id m1 has expired' }
    expect(await upload?.done.catch((error) => error)).to.include(expired)
    const later = await (await again()).uploads.find('m1', now())
    expect(await later?.resume().catch((error) => error)).to.include(expired)
  })

  it('cancels in a new process what a crash left', async () => {
    const { again, gateway } = await interrupted(path)
    const { uploads } = await again()
    await (await uploads.find('m1', now()))?.pause()
    expect(gateway.upload.get('u-m1')?.state).to.equal('cancelled')
  })

  it('takes the same id again for the same upload', async () => {
    const { uploads } = await uploadBench()
    expect(send(uploads, path)).to.equal(send(uploads, path))
  })

  it('lets several uploads end in any order', async () => {
    const { uploads, gateway } = await uploadBench()
    const patch = gateway.hold('PATCH')
    const first = send(uploads, path)
    await patch.reached
    const intent = { chat: 'chat' } as const
    const second = uploads.create({ id: 'm2', to: 'bob@example.org', file: path, kind: 'file', intent })
    second.start()
    await second.done
    expect(first.state).to.equal('active')
    patch.release()
    await reaches(first, 'done')
  })

  it('goes on without its file when another device has sent the rest of it', async () => {
    const { again, gateway } = await interrupted(path)
    const held = gateway.upload.get('u-m1')
    if (held)
      Object.assign(held, { bytes: Buffer.from(bytes), state: 'complete', delivery: 'sent', hash: 'x' })
    await rm(path)
    const { uploads } = await again()
    const upload = await uploads.find('m1', now())
    await upload?.resume()
    await upload?.done
    expect(gateway.messages).to.deep.equal([])
  })

  it('shows how much is there when it needs its file again', async () => {
    const { again } = await interrupted(path)
    await rm(path)
    const { uploads } = await again()
    const upload = await uploads.find('m1', now())
    await upload?.resume()
    expect(await upload?.done.catch((error) => error)).to.include({ code: 'file_required' })
    expect(upload?.progress).to.deep.equal({ sent: 1024, committed: 1024, total: bytes.length })
  })

  it('needs its file again at once when nobody says how much is there', async () => {
    const { again, gateway } = await interrupted(path)
    await rm(path)
    gateway.httpIsDown = true
    const { uploads } = await again()
    const upload = await uploads.find('m1', now())
    await upload?.resume()
    expect(await upload?.done.catch((error) => error)).to.include({ code: 'file_required' })
  })

  it('holds one upload of another device, though two ask for it at once', async () => {
    const { gateway } = await interrupted(path)
    const { uploads } = await uploadBench({ gateway })
    const [one, two] = await Promise.all([uploads.find('m1', now()), uploads.find('m1', now())])
    expect(one).to.equal(two)
  })

  it('does nothing more once the session has ended', async () => {
    const { uploads, gateway } = await interrupted(path)
    const upload = uploads.get('m1')
    if (!upload) throw new Error('There is no upload')
    const asked = [...gateway.asked]
    const reason = { message: 'crash' }
    expect(await failureOf(upload.resume())).to.include(reason)
    expect(await failureOf(upload.pause())).to.include(reason)
    expect(await failureOf(upload.discard())).to.include(reason)
    expect(await failureOf(uploads.find('m2', now()))).to.include(reason)
    expect(gateway.asked.filter((step) => step !== 'uploads')).to.deep.equal(asked)
  })

  it('ends at once, though the server has gone silent about a message', async () => {
    const { uploads, gateway } = await uploadBench()
    const message = gateway.hold('message')
    const upload = send(uploads, path)
    await message.reached
    await uploads.end(new Error('The session was ended'))
    expect(upload.state).to.equal('paused')
  })

  it('tells the gateway of a discard on the next line, as often as it takes', async () => {
    const { store, gateway } = await interrupted(path)
    const record = (await store.get('uploads', 'm1')) as object
    const later = await memoryStore().open('alice@example.org')
    await later.put('uploads', 'm1', { ...record, owes: 'discard' })
    const { uploads } = await uploadBench({ gateway, store: later })
    expect(uploads.list()).to.deep.equal([])
    gateway.httpIsDown = true
    gateway.refuse('discard', new Unreachable('Nobody answered'))
    gateway.goOnline()
    // Nothing of that waits for more than the scripted gateway.
    await new Promise((resolve) => setImmediate(resolve))
    expect(gateway.asked.slice(-2)).to.deep.equal(['discard', 'http:discard'])
    const discard = gateway.hold('discard')
    gateway.goOnline()
    await discard.reached
  })
})
