import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { type Backend, embeddedBackend } from '../stack/backends.ts'
import { Child } from '../stack/child.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { sharedChromium } from './chromium.ts'
import { openPage } from './open-page.ts'
import { PageServer } from './page-server.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

describe('examples/react', function () {
  this.timeout(120_000)
  let folder: string
  let backend: Backend
  let gateway: Gateway
  let server: PageServer
  const pages: Page[] = []

  before(async function () {
    const browser = await sharedChromium(this)
    folder = await mkdtemp(join(tmpdir(), 'sluice-react-'))
    const run = [
      'node_modules/vite/bin/vite.js',
      'build',
      'examples/react',
      '--outDir',
      folder,
      '--emptyOutDir',
    ]
    const build = await Child.start(process.execPath, run, { cwd: ROOT, env: process.env })
    if ((await build.exited) !== 0) throw new Error(build.output)
    const csp = "default-src 'self'; connect-src *; img-src 'self' data:"
    server = await PageServer.open({ files: await filesIn(folder), csp })
    backend = await embeddedBackend()
    gateway = await startGateway({ env: { ...backend.env, SLUICE_REGISTRATION: 'open' } })
    for (const name of ['alice', 'bob']) {
      const page = await openPage(browser, `${server.url}?server=${gateway.url}`)
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Password').fill('correct horse')
      await page.getByLabel('I am new here').check()
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.getByRole('status').getByText('is online').waitFor()
      pages.push(page)
    }
  })
  after(async () => {
    for (const page of pages) await page.context().close()
    await server?.close()
    await gateway?.stop()
    await backend?.drop()
    await rm(folder, { recursive: true })
  })

  it('lets two people talk and send a file', async () => {
    const [alice, bob] = pages as [Page, Page]
    await alice.getByLabel('Talk to').fill('bob@localhost')
    await alice.getByRole('button', { name: 'Talk' }).click()
    await bob.getByRole('button', { name: 'Let them see you' }).click()
    await bob.getByRole('button', { name: 'alice@localhost' }).click()
    await alice.getByText('● bob@localhost').waitFor()

    await alice.getByLabel('Message').fill('Hello Bob')
    await alice.getByRole('button', { name: 'Send' }).click()
    await bob.getByText('Hello Bob').waitFor()
    await alice.locator('.mine', { hasText: 'Hello Bob' }).getByText('received').waitFor()

    const buffer = Buffer.alloc(3 * 1024 ** 2)
    await alice.getByLabel('File').setInputFiles({ name: 'a.bin', mimeType: 'application/x-test', buffer })
    await alice.getByRole('button', { name: 'Send' }).click()
    await alice.getByLabel('Transfers').getByText('3.0 MiB, done').waitFor()
    await bob.getByRole('button', { name: 'Download' }).click()
    await bob.getByLabel('Transfers').getByText('3.0 MiB, done').waitFor()
    expect(await bob.getByRole('alert').count()).to.equal(0)
  })
})

async function filesIn(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const files = await Promise.all(
    paths.map(async (path) => [relative(folder, path), await readFile(path, 'utf8')] as const),
  )
  return new Map(files)
}
