import type { Facade } from '@sluice/client'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { type Backend, embeddedBackend } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { sharedChromium } from './chromium.ts'
import { openPage } from './open-page.ts'
import { PageServer } from './page-server.ts'

describe('the SDK in a page', function () {
  this.timeout(60_000)
  let backend: Backend
  let gateway: Gateway
  let server: PageServer
  let page: Page

  before(async function () {
    const browser = await sharedChromium(this)
    backend = await embeddedBackend()
    gateway = await startGateway({ env: { ...backend.env, SLUICE_REGISTRATION: 'open' } })
    server = await PageServer.open({ entry: new URL('in-page/sdk.ts', import.meta.url) })
    page = await openPage(browser, server.url)
  })
  after(async () => {
    await page?.context().close()
    await server?.close()
    await gateway?.stop()
    await backend?.drop()
  })

  it('registers and logs in', async () => {
    const results = await page.evaluate(async (serverUrl) => {
      const { sdk } = globalThis as unknown as { sdk: Facade }
      return [
        await sdk.initializeSDK({ serverUrl, domain: 'localhost' }),
        await sdk.register('alice', 'correct horse'),
        await sdk.connect('alice', 'correct horse'),
      ]
    }, gateway.url)
    expect(results.map(({ message }) => message)).to.deep.equal([
      'The SDK is initialized',
      'The account is registered',
      'Connected',
    ])
  })
})
