import { Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { failureOf, reaches, sampleBytes, sendFile, uploadBench } from '../../test/upload-bench.ts'

const MIB = 1024 * 1024
const bytes = sampleBytes(3 * MIB)
const file = new Blob([bytes])

describe('a cancelled upload', () => {
  it('stops at once and stands where the gateway says', async () => {
    const { gateway, uploads } = await uploadBench()
    const patch = gateway.hold('PATCH')
    const upload = sendFile(uploads, { file })
    await patch.reached
    const held = gateway.upload.get('u-m1')
    if (held) held.bytes = bytes.slice(0, MIB)
    const pausing = upload.pause()
    expect(upload.state).to.equal('paused')
    await pausing
    expect(upload.progress.committed).to.equal(MIB)
    expect(gateway.upload.get('u-m1')?.state).to.equal('cancelled')
    await upload.pause()
  })

  it('is not too late while its room is still being entered', async () => {
    const { gateway, uploads } = await uploadBench()
    const entering = new Promise<void>((resolve) => {
      gateway.send = async ({ name }) => {
        if (name === 'presence') resolve()
      }
    })
    const upload = uploads.create({
      id: 'm1',
      to: 'tea@rooms.example.org',
      file,
      kind: 'file',
      intent: { chat: 'groupchat' },
    })
    upload.start()
    await entering
    await upload.pause()
    expect(upload.state).to.equal('paused')
    expect(gateway.asked).to.not.include('claim')
  })

  it('cancels a slot that comes late, and sends no byte', async () => {
    const { gateway, uploads } = await uploadBench()
    const offer = gateway.hold('offer')
    const upload = sendFile(uploads, { file })
    await offer.reached
    await upload.pause()
    const cancel = gateway.hold('cancel')
    offer.release()
    await cancel.reached
    cancel.release()
    await upload.settle()
    expect(gateway.upload.get('u-m1')?.state).to.equal('cancelled')
    expect(gateway.asked).to.not.include('http:PATCH')
  })

  it('lets a resume wait until the late slot is cancelled', async () => {
    const { gateway, uploads } = await uploadBench()
    const offer = gateway.hold('offer')
    const upload = sendFile(uploads, { file })
    await offer.reached
    await upload.pause()
    const cancel = gateway.hold('cancel')
    await upload.resume()
    offer.release()
    await cancel.reached
    // Long enough for another upload to go all its way.
    await sendFile(uploads, { file, id: 'm2' }).done
    expect(gateway.asked).to.not.include('resume')
    cancel.release()
    await upload.done
    expect(gateway.asked).to.include('resume')
  })

  it('lets a resume wait behind a cancel that settles', async () => {
    const { gateway, uploads } = await uploadBench()
    const patch = gateway.hold('PATCH')
    const upload = sendFile(uploads, { file })
    await patch.reached
    const cancel = gateway.hold('cancel')
    const pausing = upload.pause()
    const resuming = upload.resume()
    await cancel.reached
    expect(gateway.asked).to.not.include('resume')
    cancel.release()
    await Promise.all([pausing, resuming])
    await upload.done
    expect(gateway.asked.indexOf('resume')).to.be.greaterThan(gateway.asked.indexOf('cancel'))
  })

  it('stays stopped when a resume and another cancel came while the first settled', async () => {
    const { gateway, uploads } = await uploadBench()
    const patch = gateway.hold('PATCH')
    const upload = sendFile(uploads, { file })
    await patch.reached
    const cancel = gateway.hold('cancel')
    const stops = [upload.pause(), upload.resume(), upload.pause()]
    cancel.release()
    await Promise.all(stops)
    expect(upload.state).to.equal('paused')
    expect(gateway.asked).to.not.include('resume')
  })

  it('is withheld while processing, and a resume only sends the message', async () => {
    const { gateway, uploads } = await uploadBench()
    const upload = sendFile(uploads, { file })
    await reaches(upload, 'processing')
    await upload.pause()
    expect(gateway.upload.get('u-m1')?.delivery).to.equal('withheld')
    expect(gateway.messages).to.deep.equal([])
    const patches = gateway.asked.filter((step) => step === 'http:PATCH').length
    await upload.resume()
    await upload.done
    expect(gateway.messages).to.have.length(1)
    expect(gateway.asked.filter((step) => step === 'http:PATCH')).to.have.length(patches)
  })

  it('is withheld while sending, as long as nothing is claimed', async () => {
    const { gateway, uploads } = await uploadBench()
    const upload = sendFile(uploads, { file })
    let pausing: Promise<void> | undefined
    upload.on('state', () => {
      if (upload.state === 'sending') pausing = upload.pause()
    })
    await reaches(upload, 'paused')
    await pausing
    expect(upload.state).to.equal('paused')
    expect(gateway.messages).to.deep.equal([])
  })

  it('is too late once the message is claimed', async () => {
    const { gateway, uploads } = await uploadBench()
    const message = gateway.hold('message')
    const upload = sendFile(uploads, { file })
    await message.reached
    const failure = await failureOf(upload.pause())
    expect(failure).to.include({
      statusCode: 409,
      message: 'Media upload for message-id m1 is already completed',
    })
    message.release()
    await upload.done
    expect(await failureOf(upload.pause())).to.include({ statusCode: 409 })
  })

  it('waits for the answer to a claim that is on its way', async () => {
    const { gateway, uploads } = await uploadBench()
    const claim = gateway.hold('claim')
    const upload = sendFile(uploads, { file })
    await claim.reached
    const pausing = failureOf(upload.pause())
    claim.release()
    expect(await pausing).to.include({ code: 'already_completed' })
    await upload.done
    expect(gateway.asked.filter((step) => step === 'claim')).to.have.length(1)
  })

  it('tells the gateway by HTTP when the socket is down', async () => {
    const { gateway, uploads } = await uploadBench()
    const patch = gateway.hold('PATCH')
    const upload = sendFile(uploads, { file })
    await patch.reached
    gateway.goOffline()
    await upload.pause()
    expect(gateway.asked).to.include('http:cancel')
    expect(gateway.upload.get('u-m1')?.state).to.equal('cancelled')
  })

  it('tells the gateway on the next line when nothing gets through', async () => {
    const { gateway, uploads } = await uploadBench()
    const patch = gateway.hold('PATCH')
    const upload = sendFile(uploads, { file })
    await patch.reached
    gateway.goOffline()
    gateway.httpIsDown = true
    await upload.pause()
    expect(upload.state).to.equal('paused')
    expect(gateway.upload.get('u-m1')?.state).to.equal('offered')
    const cancel = gateway.hold('cancel')
    gateway.goOnline()
    await cancel.reached
    cancel.release()
    await upload.settle()
    expect(gateway.upload.get('u-m1')?.state).to.equal('cancelled')
  })

  it('pauses when the owner cancels from another device', async () => {
    const { gateway, uploads } = await uploadBench()
    gateway.refuse('PATCH', new Refusal('upload-cancelled'))
    const upload = sendFile(uploads, { file })
    await reaches(upload, 'paused')
    expect(gateway.asked).to.not.include('cancel')
  })

  it('keeps its outcome over a stop and a resume', async () => {
    const { gateway, uploads } = await uploadBench()
    const patch = gateway.hold('PATCH')
    const upload = sendFile(uploads, { file })
    const { done } = upload
    await patch.reached
    await upload.pause()
    await upload.resume()
    expect(await done).to.have.property('msgId', 'm1')
  })

  it('is discarded while the gateway is being told of the stop', async () => {
    const { gateway, uploads, store } = await uploadBench()
    const patch = gateway.hold('PATCH')
    const upload = sendFile(uploads, { file })
    await patch.reached
    const cancel = gateway.hold('cancel')
    const pausing = upload.pause()
    await cancel.reached
    const discarding = upload.discard()
    // A discard that waits for nothing but the gateway has noted what it owes by then.
    await new Promise((resolve) => setImmediate(resolve))
    cancel.release()
    await Promise.all([pausing, discarding])
    expect(upload.state).to.equal('discarded')
    expect(gateway.upload.get('u-m1')?.state).to.equal('discarded')
    expect(await store.entries('uploads')).to.deep.equal([])
  })
})
