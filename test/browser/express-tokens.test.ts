import { fileURLToPath } from 'node:url'
import { createSDK, memoryStore } from '@sluice/client'
import { expect } from 'chai'
import { buildClientForBrowsers } from '../stack/build-packages.ts'
import { answers, Child } from '../stack/child.ts'
import { freePort } from '../stack/free-port.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { ISSUER_ENVIRONMENT } from '../stack/token-issuer.ts'
import { sharedChromium } from './chromium.ts'
import { openPage } from './open-page.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

describe('the example with a backend that mints tokens', function () {
  this.timeout(60_000)
  let gateway: Gateway
  let app: Child
  let url: string

  before(async () => {
    await buildClientForBrowsers()
    gateway = await startGateway({ env: ISSUER_ENVIRONMENT })
    const port = String(await freePort())
    url = `http://127.0.0.1:${port}`
    app = await Child.start(process.execPath, ['--import=tsx', 'examples/express-tokens/server.ts'], {
      cwd: ROOT,
      env: { ...process.env, ...ISSUER_ENVIRONMENT, PORT: port, GATEWAY_URL: gateway.url },
    })
    await app.waitUntil(() => answers(url), 'the example', 30_000)
  })
  after(async () => {
    await app?.stop()
    await gateway?.stop()
  })

  const post = (path: string, body: object = {}, cookie = '') =>
    fetch(`${url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify(body),
    })

  it('gives a token to who is logged in, and to nobody else', async () => {
    expect((await post('login', { name: 'alice', password: 'wrong' })).status).to.equal(401)
    expect((await post('login', { name: 'nobody', password: 'wonderland' })).status).to.equal(401)
    expect((await post('login')).status).to.equal(401)
    expect((await post('token')).status).to.equal(401)
    const login = await post('login', { name: 'alice', password: 'wonderland' })
    const [cookie = ''] = (login.headers.get('set-cookie') ?? '').split(';')
    expect(login.headers.get('set-cookie')).to.include('HttpOnly').and.include('SameSite=Strict')

    const sdk = createSDK()
    await sdk.initializeSDK({
      serverUrl: gateway.url,
      store: memoryStore(),
      tokenProvider: async () => (await (await post('token', {}, cookie)).json()).token,
    })
    expect(await sdk.connect()).to.deep.equal({ statusCode: 200, message: 'Connected' })
    await sdk.disconnect()
    await post('logout', {}, cookie)
    expect((await post('token', {}, cookie)).status).to.equal(401)
  })

  it('lets two users of it log in to its page and send a file', async function () {
    const browser = await sharedChromium(this)
    const [alice, bob] = [await openPage(browser, url), await openPage(browser, url)]
    for (const [page, name, password] of [
      [alice, 'alice', 'wonderland'],
      [bob, 'bob', 'builder'],
    ] as const) {
      await page.getByText('Please log in').waitFor()
      await page.getByLabel('Name').fill(name)
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
    // Whoever is logged in to the app stays so over a reload, without a password.
    await alice.reload()
    await alice.getByText('Connected').waitFor()
    for (const page of [alice, bob]) await page.context().close()
  })
})
