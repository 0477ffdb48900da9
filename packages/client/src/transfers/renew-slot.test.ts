import { expect } from 'chai'
import { failureOf, reaches, sampleBytes, sendFile, uploadBench } from '../../test/upload-bench.ts'

const MIB = 1024 * 1024
const bytes = sampleBytes(3 * MIB)
const file = new Blob([bytes])
const tokenOf = (grant: number, exp: number) =>
  `e30.${Buffer.from(JSON.stringify({ grant, exp })).toString('base64url')}.c2ln`

/** The line breaks after the first MiB, and by then the slot's token is another one. */
async function expiring() {
  const bench = await uploadBench()
  const { gateway, uploads } = bench
  gateway.token = tokenOf(1, 1)
  gateway.breakAfter = MIB
  const patch = gateway.hold('PATCH')
  const upload = sendFile(uploads, { file })
  await patch.reached
  const waiting = reaches(upload, 'waiting')
  return {
    ...bench,
    upload,
    expire(grant = 1) {
      void waiting.then(() => {
        gateway.token = tokenOf(grant, 2)
      })
      patch.release()
    },
  }
}

describe('an upload whose slot’s token expires', () => {
  it('goes on with a new one at the committed byte', async () => {
    const { gateway, upload, expire } = await expiring()
    expire()
    await upload.done
    expect(gateway.upload.get('u-m1')?.bytes).to.deep.equal(Buffer.from(bytes))
    expect(gateway.asked.slice(0, 6)).to.deep.equal([
      ...['offer', 'http:PATCH', 'http:HEAD', 'http:state'],
      ...['offer', 'http:PATCH'],
    ])
    expect(gateway.asked).to.not.include('resume')
  })

  it('waits for the line to come back, for it is the account that is asked', async () => {
    const { gateway, upload, expire } = await expiring()
    gateway.goOffline()
    const asked = gateway.asked.length
    expire()
    await reaches(upload, 'waiting')
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(gateway.asked.slice(asked)).to.not.include('offer')
    gateway.goOnline()
    await upload.done
    expect(gateway.upload.get('u-m1')?.bytes).to.deep.equal(Buffer.from(bytes))
  })

  it('is not taken out of the hands of another device', async () => {
    const { upload, expire } = await expiring()
    expire(2)
    expect(await failureOf(upload.done)).to.include({ code: 'overtaken', retryable: true })
  })

  it('stays cancelled when its owner stopped it elsewhere', async () => {
    const { gateway, upload, expire } = await expiring()
    const paused = reaches(upload, 'paused')
    const held = gateway.hold('offer')
    // A cancel raises the grant as well.
    expire(2)
    await held.reached
    const known = gateway.upload.get('u-m1')
    if (known) known.state = 'cancelled'
    held.release()
    await paused
    expect(gateway.asked).to.not.include('resume')
    expect(gateway.upload.get('u-m1')?.state).to.equal('cancelled')
  })

  it('has expired itself when the offer begins another one', async () => {
    const { gateway, upload, expire } = await expiring()
    gateway.nextUpload = 'u-other'
    expire()
    expect(await failureOf(upload.done)).to.include({ code: 'upload-expired', statusCode: 410 })
    expect(gateway.upload.get('u-other')?.state).to.equal('discarded')
  })

  it('fails when the new token is refused, too', async () => {
    const { gateway, upload, expire } = await expiring()
    gateway.refusesTokens = true
    expire()
    expect(await failureOf(upload.done)).to.include({ code: 'not-authorized', statusCode: 401 })
    expect(gateway.asked.filter((step) => step === 'offer')).to.have.length(2)
  })

  it('is waited for with a new one once all bytes are there', async () => {
    const { gateway, uploads } = await uploadBench()
    gateway.token = tokenOf(1, 1)
    gateway.checksLater = true
    const upload = sendFile(uploads, { file })
    await reaches(upload, 'processing')
    gateway.token = tokenOf(1, 2)
    await upload.done
    const [refused, asked] = [gateway.asked.indexOf('http:state'), gateway.asked.lastIndexOf('http:state')]
    expect(gateway.asked.slice(refused, asked + 1)).to.deep.equal(['http:state', 'offer', 'http:state'])
  })

  it('is cancelled by stanza alone, and a twin that says 401 does not end that', async () => {
    const { gateway, uploads } = await uploadBench()
    const patch = gateway.hold('PATCH')
    const upload = sendFile(uploads, { file })
    await patch.reached
    gateway.token = tokenOf(1, 2)
    gateway.goOffline()
    await upload.pause()
    patch.release()
    expect(gateway.asked).to.include('http:cancel')
    expect(upload.owes).to.equal(true)
    gateway.goOnline()
    await upload.resume()
    await upload.done
    expect(gateway.upload.get('u-m1')?.bytes).to.deep.equal(Buffer.from(bytes))
  })
})
