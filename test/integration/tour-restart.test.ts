import { createClient, memoryStore } from '@sluice/client'
import { expect } from 'chai'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { sluice } from '../stack/sluice.ts'
import { ask, createUpload, headOffset, patch, status } from '../stack/tus-upload.ts'

const MB = 1_000_000
const WITHIN_MS = 20_000

interface TourState {
  readonly starts: number
  readonly networks: Readonly<
    Record<'alice' | 'bob', { readonly url: string; readonly carried: { up: number; down: number } }>
  >
}

describe('a gateway that the tour plays with', function () {
  this.timeout(60_000)
  let gateway: Gateway

  before(async () => {
    gateway = await startGateway()
  })
  after(() => gateway.stop())

  const state = async () => (await (await fetch(`${gateway.url}/tour`)).json()) as TourState
  const order = (path: string, body: object) =>
    ask(
      'POST',
      `${gateway.url}/tour${path}`,
      { Origin: gateway.url, 'Content-Type': 'application/json' },
      JSON.stringify(body),
    )

  /** Asks until it is so: what another process does sends no event here. */
  async function until(condition: () => Promise<boolean>): Promise<void> {
    const due = performance.now() + WITHIN_MS
    while (!(await condition().catch(() => false))) {
      if (performance.now() > due) throw new Error(`it is not so: ${condition}\n${gateway.logs}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  it('is reached through the networks alone by clients that are told so, messages and bytes', async () => {
    const { networks } = await state()
    const open = async (name: 'alice' | 'bob') => {
      const client = createClient({
        serverUrl: networks[name].url,
        mediaAddress: (url) => url.replace(gateway.url, networks[name].url),
        store: memoryStore(),
      })
      await client.register({ username: name, password: 'secret' })
      await client.connect({ username: name, password: 'secret' })
      return client
    }
    const [alice, bob] = [await open('alice'), await open('bob')]
    const before = (await state()).networks
    const sent = new SeededBytes('networks', 3 * MB).slice(0, 3 * MB)
    const { msgId } = await alice.media.send({ to: 'bob@localhost', file: new Blob([new Uint8Array(sent)]) })
      .done
    const { blob = new Blob([]) } = await bob.media.download(msgId).done
    expect(sent.equals(Buffer.from(await blob.arrayBuffer()))).to.equal(true)
    const after = (await state()).networks
    const overhead = 100_000
    expect(after.alice.carried.up - before.alice.carried.up).to.be.within(3 * MB, 3 * MB + overhead)
    expect(after.bob.carried.down - before.bob.carried.down).to.be.within(3 * MB, 3 * MB + overhead)
    await Promise.all([alice.close(), bob.close()])
  })

  it('keeps its port, its networks and every byte that it had, and the upload goes on', async () => {
    const env = { SLUICE_DATA_DIR: gateway.dataDir }
    const token = (await sluice(['token', 'alice@localhost'], { env })).stdout.trim()
    const before = await state()
    await order('/networks/alice', { bytesPerSecond: 4 * MB })
    const file = new SeededBytes('restart', 12 * MB)
    const upload = await createUpload(before.networks.alice.url, token, file.size)
    const direct = { ...upload, url: upload.url.replace(before.networks.alice.url, gateway.url) }
    const throughNetwork = {
      ...upload,
      url: direct.url.replace(gateway.url, before.networks.alice.url),
    }

    const sending = patch(throughNetwork, file, { from: 0 }).catch((error: Error) => error)
    await until(async () => (await status(direct)).received >= 3 * MB)
    const { received } = await status(direct)
    expect((await order('/restart', {})).status).to.equal(202)
    await sending
    await until(async () => (await state()).starts === before.starts + 1)
    await until(async () => (await fetch(`${gateway.url}/readyz`)).ok)

    const kept = await headOffset(direct)
    expect(kept).to.be.at.least(received).and.below(file.size)
    const after = await state()
    expect(after.networks.alice.url).to.equal(before.networks.alice.url)
    await order('/networks/alice', { bytesPerSecond: null })
    expect((await patch(throughNetwork, file, { from: kept })).status).to.equal(204)
    expect((await status(direct)).state).to.equal('complete')
    // What was on its way when the connection ended had to go again, and nothing else.
    const { up } = (await state()).networks.alice.carried
    expect(up - before.networks.alice.carried.up).to.be.within(file.size, file.size + MB)
  })

  it('starts again as often as it is asked to, and ends in good order on a signal after that', async () => {
    const { starts } = await state()
    await order('/restart', {})
    await until(async () => (await state()).starts === starts + 1)
    await gateway.stop()
    expect(await gateway.exited).to.equal(0)
  })
})
