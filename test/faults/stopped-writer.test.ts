import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { expect } from 'chai'
import { type Backend, serverBackend } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { sluice } from '../stack/sluice.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import { TcpProxy } from '../stack/tcp-proxy.ts'
import { download, headOffset, patch } from '../stack/tus-upload.ts'

const MIB = 1024 * 1024
const SIZE = 32 * MIB

describe("a writer stopped in the middle of a PUT (LEDGER's fault 2)", function () {
  this.timeout(120_000)
  let backend: Backend
  let store: TcpProxy
  let stopped: Gateway
  let other: Gateway

  before(async function () {
    backend = await serverBackend(this)
    store = await TcpProxy.open(String(backend.env.SLUICE_S3_ENDPOINT))
    stopped = await startGateway({
      env: { ...backend.env, SLUICE_S3_ENDPOINT: store.url },
    })
    other = await startGateway({ env: backend.env })
    await sluice(['account', 'add', 'alice'], { env: backend.env, input: 'secret\n' })
  })

  after(async () => {
    stopped?.signal('SIGCONT')
    await store?.close()
    await Promise.all([stopped?.stop(), other?.stop()])
    await backend?.drop()
  })

  it('commits nothing when it wakes up after another has finished the upload (I3)', async () => {
    // Different bytes, so that one which the stopped writer committed later would show.
    const bytes = new SeededBytes('stopped in a PUT', SIZE)
    const others = new SeededBytes('the other writer', SIZE)
    const alice = await StanzaUser.login(other.url, 'alice', 'secret')
    const slot = await alice.offer({ size: SIZE })
    const path = new URL(slot.uploadUrl).pathname
    const progress = new EventTarget()
    const halfway = once(progress as never, 'reached')
    const older = patch({ url: `${stopped.url}${path}`, token: slot.token }, bytes, {
      from: 0,
      bytesPerSecond: 12 * MIB,
      onSent: (offset) => {
        if (offset === 10 * MIB) store.stall('up')
        if (offset === 14 * MIB) progress.dispatchEvent(new Event('reached'))
      },
    }).then(
      (answer) => answer.status,
      () => 0,
    )
    await halfway
    stopped.signal('SIGSTOP')

    const upload = { url: slot.uploadUrl, token: slot.token }
    const offset = await headOffset(upload)
    const finished = await patch(upload, others, { from: offset })
    expect(finished.status, finished.body).to.equal(204)

    store.resume()
    stopped.signal('SIGCONT')
    await older
    const expected = createHash('sha256').update(bytes.slice(0, offset)).update(others.slice(offset, SIZE))
    expect((await download(slot.getUrl)).sha256).to.equal(expected.digest('hex'))
    const verified = await sluice(['verify'], { env: backend.env })
    expect(verified.stdout).to.match(/\b0 of them wrong\b/)
    await alice.close()
  })
})
