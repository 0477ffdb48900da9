import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { buildPage } from '../stack/build-packages.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { sharedChromium } from './chromium.ts'

const MB = 1_000_000
const PAGE = fileURLToPath(new URL('../../packages/gateway/page/', import.meta.url))
const MOST_KIB = 150
/** Places of the speed slider. */
const SPEED = { slow: '2', unlimited: '8' }

describe('the tour, in Chromium', function () {
  this.timeout(180_000)
  let browser: Browser
  let gateway: Gateway
  let folder: string
  let context: BrowserContext
  let page: Page
  let violations: string[]

  before(async function () {
    browser = await sharedChromium(this)
    await buildPage()
    folder = await mkdtemp(join(tmpdir(), 'sluice-tour-'))
    gateway = await startGateway()
  })
  after(async () => {
    await gateway?.stop()
    if (folder) await rm(folder, { recursive: true })
  })
  beforeEach(async () => {
    context = await browser.newContext()
    page = await context.newPage()
    violations = []
    page.on('pageerror', (error) => violations.push(String(error)))
    // What is refused by the Content-Security-Policy is said there; networks that are cut are, too, and are no fault.
    page.on('console', (message) => {
      if (message.type() === 'error' && !/net::ERR_|WebSocket connection/.test(message.text()))
        violations.push(message.text())
    })
  })
  afterEach(async () => {
    await context.close()
    expect(violations).to.deep.equal([])
  })

  const button = (name: RegExp) => page.getByRole('button', { name })
  const line = (text: RegExp) => page.locator('.tour-line', { hasText: text }).first().waitFor()

  async function open(speed: string): Promise<void> {
    await page.goto(gateway.url)
    await button(/^Make a 200 MB file/)
      .and(page.locator(':enabled'))
      .waitFor()
    await page.getByRole('slider').fill(speed)
    await page.locator('output', { hasText: speed === SPEED.slow ? '2.0 MB/s' : 'as fast' }).waitFor()
  }

  /** Waits until this many bytes are there. */
  async function reaches(bar: 'committed' | 'received', bytes: number): Promise<void> {
    const share = Math.floor((100 * bytes) / FILE.size)
    await page.waitForFunction(
      ({ bar, share }) =>
        Number(document.querySelector(`.tour-bar .tour-bar-${bar}`)?.getAttribute('aria-valuenow')) >= share,
      { bar, share },
    )
  }

  const FILE = new SeededBytes('tour', 12 * MB)

  it('goes on after a cancel, a cut, a reload and a restart, up and down, and says what that cost', async () => {
    const file = join(folder, 'holiday.mp4')
    await writeFile(file, FILE.slice(0, FILE.size))
    await open(SPEED.slow)
    await page.locator('input[type=file]').setInputFiles(file)

    await reaches('committed', 1 * MB)
    await button(/^Cancel/).click()
    await line(/^‖?Cancelled, with [\d.]+ MB safe/)
    await button(/^Resume/).click()
    await line(/Resumed: the upload went on at [\d.]+ MB, 0 committed bytes sent again/)

    await button(/^Cut the network/).click()
    await line(/The network was cut/)
    await button(/^Restore/).click()
    await line(/The network is back: the upload went on at [\d.]+ MB, 0 committed bytes sent again/)

    await button(/^Reload/).click()
    await line(/The page is back: the upload went on at [\d.]+ MB, 0 committed bytes sent again/)

    await button(/^Restart/).click()
    await line(/The server is back: the upload went on at [\d.]+ MB, 0 committed bytes sent again/)

    await reaches('received', 2 * MB)
    await button(/^Cancel/).click()
    await line(/^‖?Cancelled/)
    await button(/^Resume/).click()
    await line(/Resumed: the download went on at [\d.]+ MB, 0 received bytes fetched again/)
    await button(/^Reload/).click()
    await line(/The page is back: the download went on at [\d.]+ MB, [\d,]+ received bytes fetched again/)

    await page.locator('.tour-outcome-good').waitFor()
    const hashes = await page.locator('.tour-outcome code').allInnerTexts()
    expect(hashes).to.deep.equal([FILE.sha256(), FILE.sha256()])
    const said = await page.locator('.tour-outcome').innerText()
    const [, up = '', down = ''] = /file 12\.0 MB, wire ([\d.]+) MB up and ([\d.]+) MB down/.exec(said) ?? []
    // Each stop loses what was on its way at that moment, in buffers of the system.
    expect(Number(up), said).to.be.within(12, 20)
    expect(Number(down), said).to.be.within(12, 18)
    await button(/^Another file/).waitFor()
  })

  it('makes 200 MB, and brings all of them to Bob with the same hash', async () => {
    await open(SPEED.unlimited)
    await button(/^Make a 200 MB file/).click()
    await page.locator('.tour-outcome-good').waitFor({ timeout: 150_000 })
    const [sent, received] = await page.locator('.tour-outcome code').allInnerTexts()
    expect(sent)
      .to.match(/^[0-9a-f]{64}$/)
      .and.equal(received)
    expect(await page.locator('.tour-outcome').innerText()).to.match(/file 200\.0 MB, wire 20[01]\.\d MB up/)
  })

  it('lights up the lines of the five calls as they fire', async () => {
    const file = join(folder, 'small.bin')
    await writeFile(file, FILE.slice(0, MB))
    await open(SPEED.unlimited)
    expect(await page.locator('.tour-code-said').count()).to.equal(0)
    await page.locator('input[type=file]').setInputFiles(file)
    await page.locator('.tour-outcome-good').waitFor()
    const lit = await page.locator('.tour-code-said').allInnerTexts()
    expect(lit.join('\n')).to.match(
      /\.onPending\(.*\/\/ [0-9a-f]{4}…[\s\S]*\.onProgress\(.*1\.0 MB of 1\.0 MB[\s\S]*\.onSuccess\(.*\/\/ 200/,
    )
    const code = await page.locator('.tour-code').innerText()
    for (const call of [
      'sendMediaFileMessage',
      'cancelMediaUpload',
      'resumeMediaUpload',
      'downloadMedia',
      'cancelMediaDownload',
    ])
      expect(code).to.include(`SDK.${call}(`)
  })

  it('is told to those who cannot see the bar or use a mouse', async () => {
    await page.goto(gateway.url)
    await button(/^Make a 200 MB file/)
      .and(page.locator(':enabled'))
      .waitFor()
    for (const name of ['Sent by Alice', 'Committed by the gateway', 'Received by Bob'])
      expect(await page.getByRole('progressbar', { name }).getAttribute('aria-valuetext')).to.equal(
        '0 B of 0 B',
      )
    expect(await page.getByRole('slider', { name: /Speed/ }).getAttribute('aria-valuetext')).to.match(
      /MB\/s|fast/,
    )
    expect(await page.locator('.tour-lines').getAttribute('aria-live')).to.equal('polite')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).to.include('Skip to the content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).to.include('Make a 200 MB file')
  })

  it('is a small page: every view and all that it loads', async () => {
    const sizes = await Promise.all(
      (await readdir(PAGE, { recursive: true }))
        .filter((name) => name.endsWith('.gz'))
        .map(async (name) => (await stat(join(PAGE, name))).size),
    )
    const kib = sizes.reduce((sum, size) => sum + size, 0) / 1024
    console.log(`      all of the page: ${kib.toFixed(1)} KiB of ${MOST_KIB}, gzipped`)
    expect(kib).to.be.within(20, MOST_KIB)
    const loaded: string[] = []
    page.on('response', (response) => loaded.push(new URL(response.url()).pathname.slice(1) || 'index.html'))
    await page.goto(gateway.url)
    await button(/^Make a 200 MB file/)
      .and(page.locator(':enabled'))
      .waitFor()
    // All that it loads is among what was counted.
    const files = await readdir(PAGE, { recursive: true })
    const own = loaded.filter((name) => !/^(tour|uploads|media|xmpp)/.test(name))
    expect(own).to.have.length.above(3)
    expect(own.filter((name) => !files.includes(name))).to.deep.equal([])
  })
})
