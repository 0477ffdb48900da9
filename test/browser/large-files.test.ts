import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { createSDK as CreateSDK, Message } from '@sluice/client'
import { expect } from 'chai'
import type { BrowserContext, CDPSession } from 'playwright-core'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { newAccount } from '../stack/new-account.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { launchProfile } from './chromium.ts'
import { openPage } from './open-page.ts'
import { PageServer } from './page-server.ts'

const MIB = 1024 ** 2
const SIZE = 2048 * MIB
const HEAP_LIMIT = 100 * MIB

// What in-page/sdk.ts leaves in the page.
declare const createSDK: typeof CreateSDK

describe('a file of 2 GiB in a page', function () {
  this.timeout(420_000)
  let folder: string
  let gateway: Gateway
  let server: PageServer
  let profile: BrowserContext

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'sluice-large-'))
    // On the disk: a context of a shared browser would keep the download in memory.
    profile = await launchProfile(this, join(folder, 'profile'))
    gateway = await startGateway({
      env: { SLUICE_REGISTRATION: 'open', SLUICE_MAX_UPLOAD_BYTES: String(SIZE) },
      run: 'source',
    })
    server = await PageServer.open({ entry: new URL('in-page/sdk.ts', import.meta.url) })
  })
  after(async () => {
    await profile?.close()
    await server?.close()
    await gateway?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('goes up and comes down while the heap grows by less than 100 MiB', async () => {
    const path = join(folder, 'large.bin')
    await writeLarge(path)
    const { username, password, jid } = await newAccount(
      `${gateway.url.replace('http', 'ws')}/xmpp-websocket`,
      'localhost',
    )
    const other = await newAccount(`${gateway.url.replace('http', 'ws')}/xmpp-websocket`, 'localhost')
    const page = await openPage(profile, server.url)
    await page.evaluate(() => {
      const input = document.createElement('input')
      input.type = 'file'
      document.body.append(input)
    })
    await page.setInputFiles('input', path)
    const heap = await HeapWatch.start(await profile.newCDPSession(page))
    const outcome = await page.evaluate(
      async ({ serverUrl, sender, receiver }) => {
        const inbox: { take(message: Message): void } = { take: () => {} }
        const got = new Promise<Message>((resolve) => {
          inbox.take = resolve
        })
        const login = async ({ username, password }: { username: string; password: string }) => {
          const sdk = createSDK()
          const callbackListeners = { messageListener: (message: Message) => inbox.take(message) }
          await sdk.initializeSDK({ serverUrl, domain: 'localhost', callbackListeners })
          await sdk.connect(username, password)
          return sdk
        }
        const [from, to] = [await login(sender), await login(receiver)]
        const file = document.querySelector('input')?.files?.[0] as File
        const fileMessageParams = { file }
        const sent = await from.sendMediaFileMessage({
          toJid: receiver.jid,
          messageType: 'file',
          fileMessageParams,
        })
        // Both sides have compared the SHA-256 of all bytes.
        const downloaded = await to.downloadMedia((await got).msgId)
        const size = downloaded.data?.blob?.size
        for (const sdk of [from, to]) await sdk.disconnect()
        return { sent: sent.message, downloaded: downloaded.message, size }
      },
      { serverUrl: gateway.url, sender: { username, password, jid }, receiver: other },
    )
    const grown = await heap.stop()
    console.log(`      the heap grew by ${(grown / MIB).toFixed(1)} MiB`)
    expect(outcome.size, JSON.stringify(outcome)).to.equal(SIZE)
    expect(grown).to.be.below(HEAP_LIMIT)
  })
})

/** Zeros, with other bytes at its start, in its middle and at its end. */
async function writeLarge(path: string): Promise<void> {
  const file = await open(path, 'w')
  const bytes = new SeededBytes('large', MIB).slice(0, MIB)
  for (const at of [0, SIZE / 2, SIZE - MIB]) await file.write(bytes, 0, MIB, at)
  await file.close()
}

/** How far a page's heap grows, with the buffers that hang on it, looked at ten times a second. */
class HeapWatch {
  readonly #session: CDPSession
  readonly #timer: NodeJS.Timeout
  readonly #start: number
  #highest: number

  private constructor(session: CDPSession, start: number) {
    this.#session = session
    this.#start = this.#highest = start
    this.#timer = setInterval(() => void this.#look().catch(() => {}), 100)
  }

  static async start(session: CDPSession): Promise<HeapWatch> {
    await session.send('HeapProfiler.enable')
    await session.send('HeapProfiler.collectGarbage')
    return new HeapWatch(session, await heapOf(session))
  }

  async stop(): Promise<number> {
    clearInterval(this.#timer)
    await this.#look()
    return this.#highest - this.#start
  }

  async #look(): Promise<void> {
    this.#highest = Math.max(this.#highest, await heapOf(this.#session))
  }
}

async function heapOf(session: CDPSession): Promise<number> {
  const usage = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number
    backingStorageSize?: number
  }
  return usage.usedSize + (usage.backingStorageSize ?? 0)
}
