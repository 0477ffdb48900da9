import { createHash } from 'node:crypto'
import { createSDK, memoryStore } from '@sluice/client'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { type Backend, embeddedBackend } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { ISSUER_ENVIRONMENT, mintToken } from '../stack/token-issuer.ts'
import { sharedChromium } from './chromium.ts'
import { openPage } from './open-page.ts'
import { PageServer } from './page-server.ts'

const MIB = 1024 * 1024
const SIZE = 4 * MIB
const SECONDS = 10

interface InPage {
  createSDK: typeof createSDK
  mint(user: string): Promise<string>
}

describe('users of a page who log in by tokens', function () {
  this.timeout(90_000)
  let backend: Backend
  let gateway: Gateway
  let server: PageServer
  let page: Page
  const bob = createSDK()

  before(async function () {
    const browser = await sharedChromium(this)
    backend = await embeddedBackend()
    gateway = await startGateway({ env: { ...backend.env, ...ISSUER_ENVIRONMENT } })
    server = await PageServer.open({ entry: new URL('in-page/sdk.ts', import.meta.url) })
    page = await openPage(browser, server.url)
  })
  after(async () => {
    await bob.disconnect()
    await page?.context().close()
    await server?.close()
    await gateway?.stop()
    await backend?.drop()
  })

  it('send a file though their tokens expire twice on the way, by one request', async () => {
    let minted = 0
    await page.exposeFunction('mint', (user: string) => {
      minted += 1
      return mintToken(user, 1)
    })
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Network.enable')
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: SIZE / SECONDS }
    await devtools.send('Network.emulateNetworkConditions', slow)
    const patches: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'PATCH') patches.push(request.headers()['upload-offset'] ?? '')
    })
    let arrive: (url: string) => void = () => {}
    const arrived = new Promise<string>((resolve) => {
      arrive = resolve
    })
    await bob.initializeSDK({
      serverUrl: gateway.url,
      store: memoryStore(),
      tokenProvider: () => mintToken('bob', 600),
      callbackListeners: { messageListener: ({ msgBody }) => arrive(msgBody.media?.url ?? '') },
    })
    expect(await bob.connect()).to.include({ statusCode: 200 })

    const outcome = await page.evaluate(
      async ({ serverUrl, size }) => {
        const { createSDK, mint } = globalThis as unknown as InPage
        const sdk = createSDK()
        const states: string[] = []
        await sdk.initializeSDK({
          serverUrl,
          tokenProvider: () => mint('alice'),
          callbackListeners: { connectionListener: ({ status }) => void states.push(status) },
        })
        const connected = await sdk.connect()
        const bytes = new Uint8Array(size).map((_, index) => (index * 7) % 251)
        const file = new File([bytes], 'a.bin')
        const sent = await sdk.sendMediaFileMessage({
          toJid: 'bob@localhost',
          messageType: 'document',
          fileMessageParams: { file },
        })
        return { connected, sent: sent.statusCode, states }
      },
      { serverUrl: gateway.url, size: SIZE },
    )
    expect(outcome.connected).to.deep.equal({ statusCode: 200, message: 'Connected' })
    expect(outcome.sent).to.equal(200)
    const ends = outcome.states.filter((state) => state === 'connecting').length - 1
    expect(ends, outcome.states.join()).to.be.at.least(2)
    expect(minted).to.be.at.least(3)
    expect(patches).to.deep.equal(['0'])

    const expected = new Uint8Array(SIZE).map((_, index) => (index * 7) % 251)
    const received = Buffer.from(await (await fetch(await arrived)).arrayBuffer())
    const sha256 = (value: Uint8Array) => createHash('sha256').update(value).digest('hex')
    expect(sha256(received)).to.equal(sha256(expected))
  })
})
