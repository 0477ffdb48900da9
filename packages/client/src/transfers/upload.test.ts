import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { failureOf, sampleBytes, sendFile, uploadBench } from '../../test/upload-bench.ts'
import { Bounced } from '../messages/bounced.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { Unreachable } from '../unreachable.ts'
import { FileMissing } from './file-source.ts'

const MIB = 1024 * 1024
const bytes = sampleBytes(3 * MIB)
const file = new Blob([bytes])

describe('an upload', () => {
  it('sends the bytes, hands the hash over, claims, sends one message and says so', async () => {
    const { gateway, uploads } = await uploadBench()
    const sent = gateway.hold('sent')
    const message = await sendFile(uploads, { file }).done
    await sent.reached
    expect(message.msgBody.media).to.include({ caption: 'a caption', file_size: bytes.length })
    expect(gateway.upload.get('u-m1')?.bytes).to.deep.equal(Buffer.from(bytes))
    expect(gateway.asked.filter((step) => !step.startsWith('http:state'))).to.deep.equal([
      'offer',
      'http:PATCH',
      'offer',
      'claim',
      'message',
      'sent',
    ])
    expect(message.msgBody.media?.sha256).to.equal(gateway.upload.get('u-m1')?.hash)
  })

  it('offers the hash of a small file at once', async () => {
    const { gateway, uploads } = await uploadBench()
    await sendFile(uploads, { file: new Blob(['small']) }).done
    expect(gateway.asked.filter((step) => step === 'offer')).to.have.length(1)
  })

  it('goes on at the committed byte after the line broke, without a new grant', async () => {
    const { gateway, uploads } = await uploadBench()
    gateway.breakAfter = MIB
    const upload = sendFile(uploads, { file })
    const states: string[] = []
    upload.on('state', () => states.push(upload.state))
    await upload.done
    expect(states).to.include.members(['waiting', 'active', 'processing', 'sending', 'done'])
    expect(gateway.asked).to.include('http:HEAD').and.not.include('resume')
    expect(gateway.upload.get('u-m1')?.bytes).to.deep.equal(Buffer.from(bytes))
  })

  it('goes on where the gateway says when the offset was wrong', async () => {
    const { gateway, uploads } = await uploadBench()
    const patch = gateway.hold('PATCH')
    const upload = sendFile(uploads, { file })
    await patch.reached
    const held = gateway.upload.get('u-m1')
    if (held) held.bytes = bytes.slice(0, 2 * MIB)
    patch.release()
    await upload.done
    expect(gateway.upload.get('u-m1')?.bytes).to.deep.equal(Buffer.from(bytes))
  })

  it('never fights back when another device has taken over, but goes on when asked to', async () => {
    const { gateway, uploads } = await uploadBench()
    gateway.refuse('PATCH', new Refusal('overtaken'))
    const upload = sendFile(uploads, { file })
    const failure = await failureOf(upload.done)
    expect(failure).to.include({ code: 'overtaken', statusCode: 403 })
    expect(gateway.asked.filter((step) => step === 'http:PATCH')).to.have.length(1)
    await upload.resume()
    await upload.done
  })

  it('retries a refusal that passes and ends at one that does not', async () => {
    const { gateway, uploads } = await uploadBench()
    gateway.refuse('offer', new Refusal('over-budget'))
    await sendFile(uploads, { file }).done
    gateway.refuse('offer', new Refusal('file-too-large', { limit: 10 }))
    const upload = sendFile(uploads, { file, id: 'm2' })
    expect(await failureOf(upload.done)).to.include({
      statusCode: 413,
      message: 'The file is larger than 10 bytes',
    })
    expect(await failureOf(upload.resume())).to.include({ statusCode: 413 })
    expect(await failureOf(upload.pause())).to.include({
      statusCode: 409,
      message: 'Media upload for message-id m2 has already failed',
    })
  })

  it('retries while the component is away', async () => {
    const { gateway, uploads } = await uploadBench()
    const away = { condition: 'remote-server-not-found', type: 'cancel', details: {} }
    gateway.refuse('offer', new StanzaRefused(away))
    await sendFile(uploads, { file }).done
  })

  it('is listed as failed when its message bounces, and sends only the message when resumed', async () => {
    const { gateway, uploads } = await uploadBench()
    const cause = new StanzaRefused({ condition: 'item-not-found', type: 'cancel', details: {} })
    gateway.refuse('message', new Bounced(cause))
    const upload = sendFile(uploads, { file })
    expect(await failureOf(upload.done)).to.include({ code: 'bounced', statusCode: 404, retryable: true })
    const patches = gateway.asked.filter((step) => step === 'http:PATCH').length
    await upload.resume()
    await upload.done
    expect(gateway.asked.filter((step) => step === 'http:PATCH')).to.have.length(patches)
  })

  it('sends the message again under the same origin-id when nobody can tell whether it arrived', async () => {
    const { gateway, uploads } = await uploadBench()
    gateway.refuse('message', new Unreachable('The stream was closed'))
    await sendFile(uploads, { file }).done
    const ids = gateway.messages.map((message) => message.getChild('origin-id')?.attrs.id)
    expect(ids).to.deep.equal(['m1', 'm1'])
    expect(gateway.asked.filter((step) => step === 'claim')).to.have.length(2)
  })

  it('rejects done when discarded and leaves nothing at the gateway', async () => {
    const { gateway, uploads, store } = await uploadBench()
    const patch = gateway.hold('PATCH')
    const upload = sendFile(uploads, { file })
    await patch.reached
    await upload.discard()
    expect(await failureOf(upload.done)).to.include({ code: 'discarded' })
    expect(gateway.upload.get('u-m1')?.state).to.equal('discarded')
    expect(await store.entries('uploads')).to.deep.equal([])
    expect(uploads.list()).to.deep.equal([])
  })

  it('yields its progress until it ends, ending with all bytes committed', async () => {
    const { uploads } = await uploadBench()
    const upload = sendFile(uploads, { file })
    let last = upload.progress
    for await (const progress of upload) last = progress
    expect(last).to.deep.equal({ sent: bytes.length, committed: bytes.length, total: bytes.length })
    expect(upload.state).to.equal('done')
  })

  it('needs its file again at once when it can no longer be read', async () => {
    const { gateway, uploads } = await uploadBench()
    gateway.refuse('PATCH', new FileMissing('The file has become shorter'))
    const upload = sendFile(uploads, { file })
    expect(await failureOf(upload.done)).to.include({ code: 'file_required', statusCode: 412 })
    expect(gateway.asked.filter((step) => step === 'http:PATCH')).to.have.length(1)
  })

  it('lets its file go once it is done', async () => {
    const { uploads } = await uploadBench()
    const sent = (() => {
      const blob = new Blob([bytes])
      return { file: new WeakRef(blob), upload: sendFile(uploads, { file: blob }) }
    })()
    await sent.upload.done
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    for (let round = 0; round < 20 && sent.file.deref(); round++) {
      await new Promise((resolve) => setImmediate(resolve))
      collectGarbage()
    }
    expect(sent.file.deref()).to.equal(undefined)
    expect(uploads.get('m1')).to.equal(sent.upload)
  })
})
