import { once } from 'node:events'
import { request } from 'node:http'
import { decodeHttpSlot, encodeSlotRequest } from '@sluice/protocol'
import { expect } from 'chai'
import { type Backend, embeddedBackend, serverBackend } from '../stack/backends.ts'
import { freePort } from '../stack/free-port.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { sluice } from '../stack/sluice.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import { status, type TusUpload } from '../stack/tus-upload.ts'

const MIB = 1024 * 1024
const SIZE = 32 * MIB

for (const [name, open] of [
  ['PGlite + files', embeddedBackend],
  ['PostgreSQL + MinIO', serverBackend],
] as const) {
  describe(`a gateway killed in the PUT of a slot, on ${name}`, function () {
    this.timeout(180_000)
    let backend: Backend
    let gateway: Gateway | undefined
    let env: Record<string, string>

    before(async function () {
      backend = await open(this)
      env = { ...backend.env, SLUICE_PORT: String(await freePort()) }
      gateway = await startGateway({ env })
      await sluice(['account', 'add', 'alice'], { env, input: 'secret\n' })
    })

    after(async () => {
      await gateway?.stop()
      await backend?.drop()
    })

    it('serves nothing of it, then the next PUT whole, with its own bytes only (LEDGER fault 8)', async () => {
      const [first, second] = [new SeededBytes('first', SIZE), new SeededBytes('second', SIZE)]
      const alice = await StanzaUser.login(gateway?.url ?? '', 'alice', 'secret')
      const asked = encodeSlotRequest({ name: 'film.mkv', size: SIZE, mediaType: 'video/x-matroska' })
      const { putUrl, getUrl } = decodeHttpSlot(await alice.ask('get', asked))
      const token = (await sluice(['token', 'alice@localhost'], { env })).stdout.trim()
      const uploadId = /"uploadId":"([0-9a-f-]+)"[^\n]*"slot given"/.exec(gateway?.logs ?? '')?.[1]
      const upload: TusUpload = { url: `${gateway?.url}/uploads/${uploadId}`, token }

      const put = request(putUrl, { method: 'PUT', headers: { 'content-length': SIZE } })
      const broken = once(put, 'error')
      put.write(first.slice(0, 24 * MIB))
      // Nothing more comes, so the gateway commits what it has once that is old enough.
      while ((await status(upload)).committed < 24 * MIB);
      await gateway?.kill('SIGKILL')
      await broken

      gateway = await startGateway({ env })
      expect((await fetch(getUrl)).status).to.equal(404)
      expect(await status(upload)).to.include({ state: 'receiving', committed: 24 * MIB })
      const again = await fetch(putUrl, {
        method: 'PUT',
        body: second.slice(0, SIZE) as Buffer<ArrayBuffer>,
      })
      expect(again.status).to.equal(201)
      const got = Buffer.from(await (await fetch(getUrl)).arrayBuffer())
      expect(got.equals(second.slice(0, SIZE))).to.equal(true)
      await status(upload).then(
        () => expect.fail('the old upload is still there'),
        (error: unknown) => expect(String(error)).to.contain('upload-not-found'),
      )
    })
  })
}
