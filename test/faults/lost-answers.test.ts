import { expect } from 'chai'
import { type Backend, serverBackend } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { sluice } from '../stack/sluice.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import { download, headOffset, patch } from '../stack/tus-upload.ts'
import { PostgresProxy } from './postgres-proxy.ts'

const MIB = 1024 * 1024
const SIZE = 48 * MIB

describe("a database whose answers to COMMIT get lost (LEDGER's fault 1)", function () {
  this.timeout(120_000)
  let backend: Backend
  let proxy: PostgresProxy
  let gateway: Gateway
  let commits = 0
  let lost = 0

  before(async function () {
    backend = await serverBackend(this)
    proxy = await PostgresProxy.open(String(backend.env.SLUICE_DATABASE_URL), (statement) => {
      if (!/insert into chunk/i.test(statement)) return 'pass'
      commits += 1
      if (commits % 3 !== 0) return 'pass'
      lost += 1
      return 'lose-answer'
    })
    gateway = await startGateway({ env: { ...backend.env, SLUICE_DATABASE_URL: proxy.url } })
    await sluice(['account', 'add', 'alice'], { env: backend.env, input: 'secret\n' })
  })

  after(async () => {
    await gateway?.stop()
    await proxy?.close()
    await backend?.drop()
  })

  it('keeps every acknowledged byte and deletes no committed object (I2)', async () => {
    const alice = await StanzaUser.login(gateway.url, 'alice', 'secret')
    const file = new SeededBytes('lost answers', SIZE)
    const slot = await alice.offer({ size: SIZE })
    const upload = { url: slot.uploadUrl, token: slot.token }
    let offset = 0
    for (let tries = 0; offset < SIZE && tries < 50; tries++) {
      const answer = await patch(upload, file, { from: offset, bytesPerSecond: 24 * MIB }).catch(
        () => undefined,
      )
      const told = answer?.status === 204 ? Number(answer.headers['upload-offset']) : 0
      const durable = answer?.status === 204 && told === SIZE ? SIZE : await headOffset(upload)
      expect(durable).to.be.at.least(offset)
      offset = durable
    }
    expect(offset).to.equal(SIZE)
    expect(lost, 'answers lost').to.be.at.least(2)
    expect(await download(slot.getUrl)).to.deep.equal({ status: 200, bytes: SIZE, sha256: file.sha256() })
    const verified = await sluice(['verify'], { env: backend.env })
    expect(verified.stdout).to.match(/\b0 of them wrong\b/)
  })
})
