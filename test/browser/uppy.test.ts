import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { type Backend, embeddedBackend } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { sluice } from '../stack/sluice.ts'
import { sharedChromium } from './chromium.ts'
import type { UppyRun, uppy } from './in-page/uppy.ts'
import { openPage } from './open-page.ts'
import { PageServer } from './page-server.ts'

const MIB = 1024 * 1024
const SIZE = 24 * MIB + 7

describe('Uppy, in a page', function () {
  this.timeout(60_000)
  let backend: Backend
  let gateway: Gateway
  let server: PageServer
  let page: Page
  let token: string

  before(async function () {
    const browser = await sharedChromium(this)
    backend = await embeddedBackend()
    gateway = await startGateway({ env: backend.env })
    await sluice(['account', 'add', 'alice'], { env: backend.env, input: 'correct horse\n' })
    token = (await sluice(['token', 'alice@localhost'], { env: backend.env })).stdout.trim()
    server = await PageServer.open({ entry: new URL('in-page/uppy.ts', import.meta.url) })
    page = await openPage(browser, server.url)
  })

  after(async () => {
    await page?.context().close()
    await server?.close()
    await gateway?.stop()
    await backend?.drop()
  })

  type Options = Omit<Parameters<(typeof uppy)['upload']>[0], 'endpoint' | 'token'>
  const run = (options: Options): Promise<UppyRun> =>
    page.evaluate((all) => (globalThis as unknown as { uppy: typeof uppy }).uppy.upload(all), {
      ...options,
      endpoint: `${gateway.url}/uploads`,
      token,
    })
  const hashOf = (size: number) =>
    page.evaluate((bytes) => (globalThis as unknown as { uppy: typeof uppy }).uppy.hashOf(bytes), size)
  const hashAt = async (link: string) =>
    createHash('sha256')
      .update(Buffer.from(await (await fetch(link)).arrayBuffer()))
      .digest('hex')

  it('pauses and goes on, and the gateway has the same bytes', async () => {
    const size = SIZE + 1
    const { link, requests, uploaded } = await run({ size, pauseAt: 6 * MIB, goOn: true })
    expect(uploaded).to.equal(size)
    expect(requests[0]).to.equal('POST 201')
    expect(requests).to.include('HEAD 200')
    expect(await hashAt(link)).to.equal(await hashOf(size))
  })

  it('goes on after a reload where it was stopped, without creating the upload again', async () => {
    const first = await run({ size: SIZE, pauseAt: 6 * MIB })
    expect(first.complete).to.equal(false)
    expect((await fetch(first.link)).status).to.equal(404)
    await page.reload()
    const { from, requests, uploaded } = await run({ size: SIZE })
    expect(requests[0]).to.equal('HEAD 200')
    expect(requests).not.to.include('POST 201')
    expect(from).to.be.within(5 * MIB, SIZE - 1)
    expect(uploaded).to.equal(SIZE)
    expect(await hashAt(first.link)).to.equal(await hashOf(SIZE))
  })
})
