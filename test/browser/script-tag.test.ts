import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { buildClientForBrowsers } from '../stack/build-packages.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { newAccount } from '../stack/new-account.ts'
import { sharedChromium } from './chromium.ts'
import { openPage } from './open-page.ts'
import { PageServer } from './page-server.ts'

const ROOT = new URL('../../', import.meta.url)
const text = (path: string) => readFile(new URL(path, ROOT), 'utf8')

describe('the example page with the script tag', function () {
  this.timeout(60_000)
  let gateway: Gateway
  let server: PageServer

  before(async function () {
    await sharedChromium(this)
    await buildClientForBrowsers()
    gateway = await startGateway({ env: { SLUICE_REGISTRATION: 'open' } })
    const files = new Map([
      ['index.html', await text('examples/script-tag/index.html')],
      ['sluice.min.js', await text('packages/client/dist/sluice.min.js')],
    ])
    server = await PageServer.open({ files, csp: "script-src 'self' 'unsafe-inline'" })
  })
  after(async () => {
    await server?.close()
    await gateway?.stop()
  })

  it('sends a file to whoever has it open too', async function () {
    const browser = await sharedChromium(this)
    const [alice, bob] = [await openPage(browser, server.url), await openPage(browser, server.url)]
    for (const [page, username] of [
      [alice, 'alice'],
      [bob, 'bob'],
    ] as const) {
      const { password } = await newAccount(
        `${gateway.url.replace('http', 'ws')}/xmpp-websocket`,
        'localhost',
        { username },
      )
      await page.getByLabel('Server').fill(gateway.url)
      await page.getByLabel('Name').fill(username)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.getByText('Connected').waitFor()
    }
    await alice.getByLabel('To').fill('bob@localhost')
    await alice
      .getByLabel('File')
      .setInputFiles({ name: 'hello.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') })
    await alice.getByRole('button', { name: 'Send' }).click()
    await alice.getByText('Sent', { exact: true }).waitFor()
    expect(await bob.getByRole('listitem').textContent()).to.equal('alice@localhost: hello.txt')
    for (const page of [alice, bob]) await page.context().close()
  })
})
