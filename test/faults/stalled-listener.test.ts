import { expect } from 'chai'
import { type Backend, serverBackend } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { sluice } from '../stack/sluice.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import { download, patch, status, type TusUpload } from '../stack/tus-upload.ts'
import { PostgresProxy } from './postgres-proxy.ts'

const MIB = 1024 * 1024
const SIZE = 32 * MIB

describe("a cancel that the writer's node never hears of (LEDGER's fault 3)", function () {
  this.timeout(120_000)
  let backend: Backend
  let proxy: PostgresProxy
  let deaf: Gateway
  let other: Gateway

  before(async function () {
    backend = await serverBackend(this)
    proxy = await PostgresProxy.open(String(backend.env.SLUICE_DATABASE_URL), (statement) =>
      /\blisten\b/i.test(statement) ? 'stall' : 'pass',
    )
    deaf = await startGateway({ env: { ...backend.env, SLUICE_DATABASE_URL: proxy.url } })
    other = await startGateway({ env: backend.env })
    await sluice(['account', 'add', 'alice'], { env: backend.env, input: 'secret\n' })
  })

  after(async () => {
    proxy?.resume()
    await Promise.all([deaf?.stop(), other?.stop()])
    await proxy?.close()
    await backend?.drop()
  })

  it('commits nothing more once it is answered, at whichever node the client tries again (I4)', async () => {
    const file = new SeededBytes('stalled listener', SIZE)
    const onDeaf = await StanzaUser.login(deaf.url, 'alice', 'secret')
    const onOther = await StanzaUser.login(other.url, 'alice', 'secret')
    const slot = await onDeaf.offer({ size: SIZE })
    const upload = { url: slot.uploadUrl, token: slot.token }

    let sent: () => void = () => {}
    const underWay = new Promise<void>((resolve) => {
      sent = resolve
    })
    const refusedByDeaf = triesUntilRefused(upload, file, (offset) => offset >= 3 * MIB && sent())
    await Promise.race([underWay, refusedByDeaf])
    const cancelled = await onOther.cancel(slot.uploadId)
    expect(cancelled.state).to.equal('cancelled')
    const elsewhere = { ...upload, url: `${other.url}${new URL(upload.url).pathname}` }
    const refusals = await Promise.all([refusedByDeaf, triesUntilRefused(elsewhere, file)])
    expect(refusals).to.deep.equal(['upload-cancelled', 'upload-cancelled'])
    const after = await status(upload)
    expect([after.state, after.committed]).to.deep.equal(['cancelled', cancelled.committed])

    const resumed = await onOther.resume(slot.uploadId)
    const finished = await patch({ url: slot.uploadUrl, token: resumed.token }, file, {
      from: resumed.committed,
    })
    expect(finished.status, finished.body).to.equal(204)
    expect((await download(slot.getUrl)).sha256).to.equal(file.sha256())
    await Promise.all([onDeaf.close(), onOther.close()])
  })
})

/** A client that tries again by itself until it gets a 403; answers its refusal. */
async function triesUntilRefused(
  upload: TusUpload,
  file: SeededBytes,
  onSent: (offset: number) => unknown = () => {},
): Promise<string> {
  for (;;) {
    const { committed } = await status(upload)
    const sending = patch(upload, file, { from: committed, bytesPerSecond: 4 * MIB, onSent })
    const answer = await sending.catch(() => undefined)
    if (answer?.status === 403) return String(answer.headers['sluice-refusal'])
  }
}
