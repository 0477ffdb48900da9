import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { BrowserContext } from 'playwright-core'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { newAccount } from '../stack/new-account.ts'
import { launchProfile } from './chromium.ts'
import { ComposedFile } from './composed-file.ts'
import { HashServer } from './hash-server.ts'
import { HeapWatch } from './heap-watch.ts'
import type { ClientPage } from './in-page/client-page.ts'
import { openPage } from './open-page.ts'
import { PageServer } from './page-server.ts'
import { connected } from './page-stage.ts'

const MIB = 1024 ** 2
const SIZE = 2048 * MIB
const HEAP_LIMIT = 100 * MIB

// In the page; evaluated there.
declare const page: ClientPage

describe('a file of 2 GiB in pages', function () {
  this.timeout(420_000)
  const file = new ComposedFile(SIZE)
  let folder: string
  let gateway: Gateway
  let server: PageServer
  let hashes: HashServer
  let profile: BrowserContext

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'sluice-large-'))
    // On the disk: a context of a shared browser would keep the download in memory.
    profile = await launchProfile(this, join(folder, 'profile'))
    gateway = await startGateway({ env: { SLUICE_REGISTRATION: 'open' } })
    const partAt = (path: string) => {
      const part = file.parts[Number(/^part\/(\d+)$/.exec(path)?.[1])]
      return part && [part]
    }
    const entry = new URL('in-page/client-page.ts', import.meta.url)
    server = await PageServer.open({ entry, respond: partAt })
    hashes = await HashServer.open()
  })
  after(async () => {
    await profile?.close()
    await hashes?.close()
    await server?.close()
    await gateway?.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  })

  async function loggedIn() {
    const { jid, username } = await newAccount(
      `${gateway.url.replace('http', 'ws')}/xmpp-websocket`,
      'localhost',
    )
    const query = new URLSearchParams({ user: username, gateway: gateway.url })
    const tab = await openPage(profile, `${server.url}?${query}`)
    await connected(tab)
    return { tab, jid }
  }

  it('goes up from one and comes down in another, whole, while neither heap grows by more than 100 MiB', async () => {
    const expected = file.sha256()
    const [sender, receiver] = [await loggedIn(), await loggedIn()]
    const heaps = { up: await HeapWatch.begin(sender.tab), down: await HeapWatch.begin(receiver.tab) }
    const began = Date.now()
    await sender.tab.evaluate(
      async ({ to, parts, pieces }) => {
        const blobs: Blob[] = []
        for (let part = 0; part < parts; part++) blobs.push(await (await fetch(`part/${part}`)).blob())
        const slices = pieces.map(({ part, start, stop }) => (blobs[part] as Blob).slice(start, stop))
        await page.client.media.send({ id: 'large', to, file: new File(slices, 'large.bin') }).done
      },
      { to: receiver.jid, parts: file.parts.length, pieces: file.pieces },
    )
    const sent = Date.now()
    await receiver.tab.waitForFunction(() => page.messages.some(({ msgId }) => msgId === 'large'))
    await receiver.tab.evaluate(() => page.client.media.download('large').done.then(() => {}))
    const got = Date.now()
    const came = await receiver.tab.evaluate(async (url) => {
      const { blob } = await page.client.media.download('large').done
      if (!blob) throw new Error('The download has no bytes')
      // Without a type the request is a simple one.
      return {
        size: blob.size,
        sha256: await (await fetch(url, { method: 'POST', body: blob.slice() })).text(),
      }
    }, hashes.url)
    const grown = { up: await heaps.up.stop(), down: await heaps.down.stop() }
    const percents = [sender, receiver].map(({ tab }) => tab.evaluate(() => page.percents.large))
    console.log(`      ${said(grown.up, sent - began)} going up, ${said(grown.down, got - sent)} coming down`)
    expect(came).to.deep.equal({ size: SIZE, sha256: expected })
    expect(Math.max(grown.up.grown, grown.down.grown)).to.be.below(HEAP_LIMIT)
    for (const steps of await Promise.all(percents)) {
      expect(steps).to.deep.equal(steps?.toSorted((a, b) => a - b))
      expect(steps?.length).to.be.above(10)
      expect(steps?.at(-1)).to.equal(100)
    }
  })
})

function said({ grown, looks }: { grown: number; looks: number }, tookMs: number): string {
  const [mebibytes, seconds] = [grown / MIB, tookMs / 1000].map((number) => number.toFixed(1))
  return `the heap grew by ${mebibytes} MiB at most (${looks} looks) in ${seconds} s`
}
