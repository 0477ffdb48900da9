import { expect } from 'chai'
import { type Backend, serverBackend } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { sluice } from '../stack/sluice.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import { storedObjects } from '../stack/stored-objects.ts'
import { TcpProxy } from '../stack/tcp-proxy.ts'
import { ask, download, patch, status } from '../stack/tus-upload.ts'
import { PostgresProxy } from './postgres-proxy.ts'

const MIB = 1024 * 1024
const SIZE = 20 * MIB

describe("a gateway killed in `verifying`, its last answer lost (LEDGER's fault 4)", function () {
  this.timeout(120_000)
  let backend: Backend
  let database: PostgresProxy
  let gateway: Gateway

  beforeEach(async function () {
    backend = await serverBackend(this)
    // The verdict never arrives, so an upload whose hash is known stays in `verifying` as well.
    database = await PostgresProxy.open(String(backend.env.SLUICE_DATABASE_URL), (statement) =>
      /verifier = null/.test(statement) && /\bverifying\b/.test(statement) ? 'withhold' : 'pass',
    )
    gateway = await startGateway({ env: { ...backend.env, SLUICE_DATABASE_URL: database.url } })
    await sluice(['account', 'add', 'alice'], { env: backend.env, input: 'secret\n' })
  })

  afterEach(async () => {
    await gateway?.stop()
    await database?.close()
    await backend?.drop()
  })

  for (const hash of ['later', 'at once'] as const) {
    it(`completes from what the store holds when the bytes are right, their hash offered ${hash} (I7)`, async () => {
      const { file, offer, slot, upload } = await verifyingAfterKill(hash)
      await (await startAgain()).offer({ ...offer, hash: file.sha256() })
      expect((await settled(upload)).state).to.equal('complete')
      expect(await download(slot.getUrl)).to.deep.equal({ status: 200, bytes: SIZE, sha256: file.sha256() })
    })

    it(`ends as discarded, and serves nothing, when a chunk was corrupted, their hash offered ${hash} (I7)`, async () => {
      const { file, offer, slot, upload } = await verifyingAfterKill(hash)
      await corruptOneChunk(backend, slot.uploadId)
      await (await startAgain()).offer({ ...offer, hash: file.sha256() })
      const ended = await settled(upload)
      expect([ended.state, ended.endedReason]).to.deep.equal(['discarded', 'hash-mismatch'])
      expect((await ask('GET', slot.getUrl)).status).to.be.oneOf([404, 410])
    })
  }

  /** Uploads the whole, the answer to the last part lost, and kills the gateway. */
  async function verifyingAfterKill(hash: 'later' | 'at once') {
    const file = new SeededBytes(`verifying ${hash}`, SIZE)
    const offer = { messageId: 'm-1', size: SIZE, hash: hash === 'later' ? hash : file.sha256() }
    const alice = await StanzaUser.login(gateway.url, 'alice', 'secret')
    const slot = await alice.offer(offer)
    const upload = { url: slot.uploadUrl, token: slot.token }
    await patch(upload, file, { from: 0, to: 8 * MIB })

    let lost: () => void = () => {}
    const answerLost = new Promise<void>((resolve) => {
      lost = resolve
    })
    const line = await TcpProxy.open(gateway.url, { watch: (direction) => direction === 'down' && lost() })
    line.drop('down')
    const through = { ...upload, url: `${line.url}${new URL(upload.url).pathname}` }
    const answered = patch(through, file, { from: 8 * MIB }).then(
      () => true,
      () => false,
    )
    await answerLost
    expect((await status(upload)).state).to.equal('verifying')
    await gateway.kill('SIGKILL')
    await line.close()
    expect(await answered, 'the last answer came').to.equal(false)
    return { file, offer, slot, upload }
  }

  async function startAgain(): Promise<StanzaUser> {
    gateway = await startGateway({ env: { ...backend.env, SLUICE_PORT: new URL(gateway.url).port } })
    return StanzaUser.login(gateway.url, 'alice', 'secret')
  }

  /** A HEAD waits for the verdict, which a node that died may yet keep from the others for a while. */
  async function settled(upload: { url: string; token: string }) {
    const headers = { 'Tus-Resumable': '1.0.0', Authorization: `Bearer ${upload.token}` }
    while ((await ask('HEAD', upload.url, headers)).status === 423);
    return status(upload)
  }
})

/** Flips one byte of one stored object, keeping its length. */
async function corruptOneChunk(backend: Backend, uploadId: string): Promise<void> {
  const objects = storedObjects(backend)
  const key = (await objects.keys()).find((name) => name.startsWith(`${uploadId}/`))
  if (!key) throw new Error(`no object of ${uploadId}`)
  const bytes = await objects.read(key)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  await objects.write(key, bytes)
}
