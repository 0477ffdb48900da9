import { expect } from 'chai'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { sluice } from '../stack/sluice.ts'
import { ask, createUpload, headOffset, patch, status } from '../stack/tus-upload.ts'

const MB = 1_000_000

interface TourState {
  readonly starts: number
  readonly networks: Readonly<
    Record<'alice' | 'bob', { readonly url: string; readonly carried: { up: number } }>
  >
}

describe('a gateway that the tour starts again', function () {
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
    while (!(await condition().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 20))
  }

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
    expect(up).to.be.within(file.size, file.size + MB)
  })

  it('starts again as often as it is asked to, and ends in good order on a signal after that', async () => {
    const { starts } = await state()
    await order('/restart', {})
    await until(async () => (await state()).starts === starts + 1)
    await gateway.stop()
    expect(await gateway.exited).to.equal(0)
  })
})
