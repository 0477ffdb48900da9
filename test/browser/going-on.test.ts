import { mkdtemp, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { launchProfile, sharedChromium } from './chromium.ts'
import type { ClientPage } from './in-page/client-page.ts'
import { connected, PageStage, setQuota } from './page-stage.ts'

const MIB = 1024 * 1024

// In the page; evaluated there, so each function names it anew.
declare const page: ClientPage

describe('transfers in a page', function () {
  this.timeout(120_000)
  let browser: Browser
  let stage: PageStage
  let context: BrowserContext
  let alice: { username: string; jid: string; url: string }

  before(async function () {
    browser = await sharedChromium(this)
    stage = await PageStage.open()
  })
  beforeEach(async () => {
    stage.reset()
    context = await browser.newContext()
    alice = await stage.account()
  })
  afterEach(() => context.close())
  after(() => stage?.close())

  /** Begins an upload to oneself, and resolves when so much of it is committed and its file is kept. */
  async function uploading(tab: Page, { size = 24 * MIB, until = 6 * MIB, bytesPerSecond = 12 * MIB } = {}) {
    stage.proxy.shape('up', bytesPerSecond)
    const { jid } = alice
    await tab.evaluate(
      ({ size, jid }) => void page.client.media.send({ id: 'm1', to: jid, file: page.file(size) }),
      { size, jid },
    )
    await committed(tab, until)
    await tab.waitForFunction(async (account) => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open(`sluice:${account}`)
        request.onsuccess = () => resolve(request.result)
      })
      const keys = await new Promise<unknown[]>((resolve) => {
        const request = database.transaction('files').objectStore('files').getAllKeys()
        request.onsuccess = () => resolve(request.result)
      })
      database.close()
      return keys.length > 0
    }, jid)
  }

  const committed = (tab: Page, bytes: number) =>
    tab.waitForFunction((bytes) => (page.told('m1')?.committed ?? 0) >= bytes, bytes, { polling: 20 })
  const told = async (tab: Page) =>
    (await tab.evaluate(() => page.told('m1'))) ?? expect.fail('It is unknown')
  const outcome = (tab: Page) => tab.evaluate(() => page.outcome('m1'))

  /** Each request began where the one before had got to, so no committed byte went out again. */
  function expectNoByteTwice({ size, seen, lost = 4 * MIB }: { size: number; seen: number; lost?: number }) {
    const last = stage.uploadedFrom.at(-1) ?? 0
    expect(stage.uploadedFrom.length).to.be.at.least(2)
    expect(last).to.be.at.least(seen)
    // What was on the wire when the line broke is lost; nothing else.
    expect(stage.passed.up).to.be.within(size, size + lost)
  }

  /** The page that is left when the others are gone. */
  async function reopened(): Promise<Page> {
    return stage.page(context, alice.url)
  }

  it('go on by themselves after a reload in the middle of 200 MB, without a committed byte again', async () => {
    const size = 200 * MIB
    const tab = await stage.page(context, alice.url)
    await uploading(tab, { size, until: 60 * MIB, bytesPerSecond: 40 * MIB })
    const { committed: seen } = await told(tab)
    await tab.reload()
    await connected(tab)
    expect(await outcome(tab)).to.deep.equal({ ok: true })
    expectNoByteTwice({ size, seen })
  })

  it('go on in a new tab after theirs crashed', async () => {
    const tab = await stage.page(context, alice.url)
    await uploading(tab)
    const { committed: seen } = await told(tab)
    await crash(tab)
    const next = await reopened()
    expect(await outcome(next)).to.deep.equal({ ok: true })
    expectNoByteTwice({ size: 24 * MIB, seen })
  })

  it('go on after the network was away, and after the gateway was killed', async () => {
    const tab = await stage.page(context, alice.url)
    await uploading(tab)
    stage.proxy.refuse()
    stage.proxy.cut()
    await state(tab, 'waiting')
    const { committed: seen } = await told(tab)
    stage.proxy.resume()
    await committed(tab, 12 * MIB)
    await stage.killGateway()
    await state(tab, 'waiting')
    await stage.startGateway()
    expect(await outcome(tab)).to.deep.equal({ ok: true })
    expect(stage.uploadedFrom.length).to.be.at.least(3)
    expectNoByteTwice({ size: 24 * MIB, seen, lost: 16 * MIB })
  })

  it('stay paused after a reload when they were paused', async () => {
    const tab = await stage.page(context, alice.url)
    await uploading(tab)
    await tab.evaluate(() => page.client.media.get('m1')?.pause())
    await tab.reload()
    await connected(tab)
    expect(await told(tab)).to.include({ state: 'paused' })
    await tab.evaluate(() => page.client.media.get('m1')?.resume())
    expect(await outcome(tab)).to.deep.equal({ ok: true })
  })

  it('go on after the browser was killed', async function () {
    const folder = await mkdtemp(join(tmpdir(), 'profile-'))
    try {
      const first = await launchProfile(this, folder)
      const tab = await stage.page(first, alice.url)
      await uploading(tab)
      const { committed: seen } = await told(tab)
      await killBrowser(folder)
      const second = await launchProfile(this, folder)
      const next = await stage.page(second, alice.url)
      expect(await outcome(next)).to.deep.equal({ ok: true })
      expectNoByteTwice({ size: 24 * MIB, seen })
      await second.close()
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  })

  /** Puts a file into the page's own file system, and gives its handle to an upload. */
  async function uploadingByHandle(tab: Page) {
    stage.proxy.shape('up', 6 * MIB)
    await tab.evaluate(async (jid) => {
      const folder = await navigator.storage.getDirectory()
      const handle = await folder.getFileHandle('a.bin', { create: true })
      const writable = await handle.createWritable()
      await writable.write(page.file(8 * 1024 * 1024))
      await writable.close()
      page.client.media.send({ id: 'm1', to: jid, file: handle })
    }, alice.jid)
    await committed(tab, MIB)
  }

  // For the file in the page's own file system, but not for a copy of it.
  const roomForNoCopy = { quotaBytes: 12 * MIB }

  it('find a file by its handle when there is no room for a copy', async () => {
    await stage.blank(context, roomForNoCopy)
    const tab = await stage.page(context, alice.url)
    await uploadingByHandle(tab)
    await tab.reload()
    await connected(tab)
    expect(await outcome(tab)).to.deep.equal({ ok: true })
  })

  it('refuse a file that was changed in between', async () => {
    const blank = await stage.blank(context, roomForNoCopy)
    const tab = await stage.page(context, alice.url)
    await uploadingByHandle(tab)
    await crash(tab)
    stage.proxy.cut()
    await setQuota(blank, undefined)
    await blank.evaluate(async () => {
      const folder = await navigator.storage.getDirectory()
      const handle = await folder.getFileHandle('a.bin')
      const writable = await handle.createWritable({ keepExistingData: true })
      await writable.write('changed')
      await writable.close()
    })
    const next = await reopened()
    expect(await outcome(next)).to.deep.equal({ statusCode: 412, code: 'file_changed' })
  })

  it('ask for the file again when it could not be kept, say how much is there, and take no other', async () => {
    await stage.blank(context, roomForNoCopy)
    const tab = await stage.page(context, alice.url)
    stage.proxy.shape('up', 12 * MIB)
    await tab.evaluate((jid) => {
      const file = page.file(24 * 1024 * 1024)
      Object.assign(globalThis, { file })
      void page.client.media.send({ id: 'm1', to: jid, file })
    }, alice.jid)
    await committed(tab, 6 * MIB)
    await tab.reload()
    await connected(tab)
    expect(await outcome(tab)).to.deep.equal({ statusCode: 412, code: 'file_required' })
    expect((await told(tab)).committed).to.be.at.least(6 * MIB)
    const other = await tab.evaluate(() => {
      const file = page.file(24 * 1024 * 1024, 2)
      return page.client.media.get('m1')?.resume({ file })
    })
    expect(other).to.equal(undefined)
    expect(await outcome(tab)).to.deep.equal({ statusCode: 412, code: 'file_changed' })
  })

  it('go on where a download was durable, after a reload', async () => {
    const sent = await sendFromElsewhere(24 * MIB)
    const tab = await stage.page(context, alice.url)
    await shown(tab)
    stage.proxy.shape('down', 12 * MIB)
    await tab.evaluate(() => void page.client.media.download('m2'))
    await tab.waitForFunction(() => (page.told('m2')?.committed ?? 0) > 6 * 1024 * 1024)
    const seen = (await tab.evaluate(() => page.told('m2')))?.committed ?? 0
    await tab.reload()
    await connected(tab)
    expect(await downloaded(tab)).to.equal(sent)
    expect(stage.downloadedFrom).to.have.length(2)
    expect(stage.downloadedFrom[1]).to.be.at.least(seen)
    // It is still there after another reload, and no byte comes again.
    await tab.reload()
    await connected(tab)
    await tab.evaluate(() => void page.client.media.download('m2'))
    expect(await downloaded(tab)).to.equal(sent)
    expect(stage.downloadedFrom).to.have.length(2)
  })

  it('stop a download when there is no room, keep what is there, and go on once there is', async () => {
    const sent = await sendFromElsewhere(24 * MIB)
    const blank = await stage.blank(context, { quotaBytes: 10 * MIB })
    const tab = await stage.page(context, alice.url)
    await shown(tab)
    await tab.evaluate(() => void page.client.media.download('m2'))
    expect(await tab.evaluate(() => page.outcome('m2'))).to.deep.equal({
      statusCode: 507,
      code: 'storage_full',
    })
    const seen = (await tab.evaluate(() => page.told('m2')))?.committed ?? 0
    expect(seen).to.be.above(MIB)
    await setQuota(blank, undefined)
    await tab.evaluate(() => void page.client.media.get('m2')?.resume())
    expect(await downloaded(tab)).to.equal(sent)
    expect(stage.downloadedFrom.at(-1)).to.be.at.least(seen)
  })

  it('upload all the same when nothing can be stored, and say so', async () => {
    await stage.blank(context, { quotaBytes: 1 })
    const tab = await stage.page(context, alice.url)
    await tab.evaluate(
      (jid) => void page.client.media.send({ id: 'm1', to: jid, file: page.file(1024 * 1024) }),
      alice.jid,
    )
    expect(await outcome(tab)).to.deep.equal({ ok: true })
    expect(await tab.evaluate(() => page.troubles.map(({ code }) => code))).to.deep.equal(['storage_full'])
  })

  it('work until the page is closed where the browser gives it no storage', async () => {
    await context.addInitScript(() => {
      indexedDB.open = () => {
        throw new DOMException('The user denied permission', 'SecurityError')
      }
    })
    const tab = await stage.page(context, alice.url)
    await tab.evaluate(
      (jid) => void page.client.media.send({ id: 'm1', to: jid, file: page.file(1024 * 1024) }),
      alice.jid,
    )
    expect(await outcome(tab)).to.deep.equal({ ok: true })
    await tab.evaluate(() => void page.client.media.download('m1'))
    expect(await tab.evaluate(() => page.outcome('m1'))).to.deep.equal({ ok: true })
    expect(await tab.evaluate(() => page.troubles.map(({ code }) => code))).to.deep.equal([
      'storage_unavailable',
    ])
  })

  it('are seen and stopped in every tab, and taken over by another when theirs crashes', async () => {
    const [tab, other] = [await stage.page(context, alice.url), await stage.page(context, alice.url)]
    await uploading(tab)
    await committed(other, 6 * MIB)
    await other.evaluate(() => page.client.media.get('m1')?.pause())
    for (const each of [tab, other]) await state(each, 'paused')
    await other.evaluate(() => page.client.media.get('m1')?.resume())
    await committed(tab, 10 * MIB)
    const { committed: seen } = await told(tab)
    await crash(tab)
    expect(await outcome(other)).to.deep.equal({ ok: true })
    expectNoByteTwice({ size: 24 * MIB, seen, lost: 8 * MIB })
    expect(await other.evaluate(() => page.percents.m1?.at(-1))).to.equal(100)
  })

  it('end in every tab at the logout in one, and nothing is left', async () => {
    const [tab, other] = [await stage.page(context, alice.url), await stage.page(context, alice.url)]
    await uploading(tab)
    await committed(other, MIB)
    await other.evaluate(() => page.client.logout())
    await tab.waitForFunction(() => page.client.state === 'offline')
    const refusal = await tab.evaluate(() => page.outcome('m1').catch((error) => ({ code: error.code })))
    expect(refusal).to.include({ code: 'not_logged_in' })
    expect(await other.evaluate(async () => (await indexedDB.databases()).length)).to.equal(0)
  })

  it('bring each message once to every tab', async () => {
    const [tab, other] = [await stage.page(context, alice.url), await stage.page(context, alice.url)]
    await sendFromElsewhere(MIB)
    for (const each of [tab, other]) await shown(each)
    await tab.reload()
    await connected(tab)
    await other.evaluate(() => void page.client.media.download('m2'))
    await downloaded(other)
    const counts = [tab, other].map((each) => each.evaluate(() => page.messages.length))
    expect(await Promise.all(counts)).to.deep.equal([0, 1])
  })

  const state = (tab: Page, wanted: string) =>
    tab.waitForFunction((wanted) => page.told('m1')?.state === wanted, wanted, { polling: 20 })

  /** Answers the SHA-256 of what Bob sent as m2. */
  async function sendFromElsewhere(size: number): Promise<string> {
    const bob = await stage.account()
    const device = await stage.device(bob.username)
    const bytes = new SeededBytes(1, size)
    const file = new Blob([...bytes.from(0, MIB)] as BlobPart[])
    await device.media.send({ id: 'm2', to: alice.jid, file }).done
    await device.close()
    return bytes.sha256()
  }

  /** The message of m2 has come. */
  const shown = (tab: Page) => tab.waitForFunction(() => page.messages.some(({ msgId }) => msgId === 'm2'))

  async function downloaded(tab: Page): Promise<string | undefined> {
    return tab.evaluate(async () => {
      const { blob } = ((await page.client.media.get('m2')?.done) ?? {}) as { blob?: Blob }
      return blob && page.sha256(blob)
    })
  }
})

/** The tab's process dies, as when it runs out of memory. */
async function crash(tab: Page): Promise<void> {
  const session = await tab.context().newCDPSession(tab)
  const crashed = tab.waitForEvent('crash')
  session.send('Page.crash').catch(() => {}) // Nobody is left to answer.
  await crashed
  await tab.close()
}

/** SIGKILL for the browser of this profile. */
async function killBrowser(folder: string): Promise<void> {
  const link = await readlink(join(folder, 'SingletonLock'))
  process.kill(Number(link.slice(link.lastIndexOf('-') + 1)), 'SIGKILL')
}
