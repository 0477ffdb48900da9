import { randomUUID } from 'node:crypto'
import { type Client, createClient, memoryStore } from '@sluice/client'
import type { BrowserContext, Page } from 'playwright-core'
import { type Backend, embeddedBackend } from '../stack/backends.ts'
import { freePort } from '../stack/free-port.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { newAccount } from '../stack/new-account.ts'
import { TcpProxy } from '../stack/tcp-proxy.ts'
import type { ClientPage } from './in-page/client-page.ts'
import { openPage } from './open-page.ts'
import { PageServer } from './page-server.ts'

const PASSWORD = 'correct horse'

/** A standalone gateway behind a network that tests can slow and cut, and a page that logs in to it. */
export class PageStage {
  readonly proxy: TcpProxy
  /** Where each PATCH, and each GET of media, began. */
  readonly uploadedFrom: number[] = []
  readonly downloadedFrom: number[] = []
  readonly #backend: Backend
  readonly #server: PageServer
  readonly #env: Record<string, string>
  #gateway: Gateway
  #passedBefore = { up: 0, down: 0 }

  private constructor(held: {
    proxy: TcpProxy
    backend: Backend
    server: PageServer
    env: Record<string, string>
    gateway: Gateway
  }) {
    this.proxy = held.proxy
    this.#backend = held.backend
    this.#server = held.server
    this.#env = held.env
    this.#gateway = held.gateway
  }

  static async open(): Promise<PageStage> {
    const backend = await embeddedBackend()
    const port = await freePort()
    const heads = { watch: (_text: string) => {} }
    const proxy = await TcpProxy.open(`http://127.0.0.1:${port}`, {
      watch: (direction, bytes) => {
        if (direction === 'up') heads.watch(Buffer.from(bytes).subarray(0, 4096).toString('latin1'))
      },
    })
    const env = {
      ...backend.env,
      SLUICE_PORT: String(port),
      SLUICE_PUBLIC_URL: proxy.url,
      SLUICE_REGISTRATION: 'open',
    }
    const gateway = await startGateway({ env })
    const entry = new URL('in-page/client-page.ts', import.meta.url)
    const server = await PageServer.open({ entry, files: new Map([['blank.html', '<!doctype html>']]) })
    const stage = new PageStage({ proxy, backend, server, env, gateway })
    heads.watch = (text) => stage.#note(text)
    return stage
  }

  /** An account of its own, with the address of the page that logs in as it. */
  async account(): Promise<{ username: string; jid: string; url: string }> {
    const address = this.#gateway.url.replace('http', 'ws')
    const { username, jid } = await newAccount(`${address}/xmpp-websocket`, 'localhost', {
      username: `u${randomUUID().slice(0, 8)}`,
      password: PASSWORD,
    })
    const query = new URLSearchParams({ user: username, gateway: this.proxy.url })
    return { username, jid, url: `${this.#server.url}?${query}` }
  }

  /** Someone who uses no browser. */
  async device(username: string): Promise<Client> {
    const client = createClient({ serverUrl: this.#gateway.url, domain: 'localhost', store: memoryStore() })
    await client.connect({ username, password: PASSWORD })
    return client
  }

  /** A page that has logged in. */
  async page(context: BrowserContext, url: string): Promise<Page> {
    const opened = await openPage(context, url, { quiet: true })
    await connected(opened)
    return opened
  }

  async killGateway(): Promise<void> {
    await this.#gateway.kill()
  }

  async startGateway(): Promise<void> {
    this.#gateway = await startGateway({ env: this.#env })
  }

  /**
   * A page of the same origin that does nothing. `quotaBytes`: what the origin may store from now on, to be said before it
   * stores something, since the browser looks rarely.
   */
  async blank(context: BrowserContext, { quotaBytes }: { quotaBytes?: number } = {}): Promise<Page> {
    const page = await context.newPage()
    await page.goto(`${this.#server.url}blank.html`)
    if (quotaBytes !== undefined) await setQuota(page, quotaBytes)
    return page
  }

  /** Bytes on the wire since the last `reset`. */
  get passed(): Record<'up' | 'down', number> {
    const { up, down } = this.proxy.passed
    return { up: up - this.#passedBefore.up, down: down - this.#passedBefore.down }
  }

  /** As fast as it goes, and nothing noted. */
  reset(): void {
    this.proxy.resume()
    this.proxy.shape('up', undefined)
    this.proxy.shape('down', undefined)
    this.uploadedFrom.splice(0)
    this.downloadedFrom.splice(0)
    this.#passedBefore = this.proxy.passed
  }

  async close(): Promise<void> {
    await this.#server.close()
    await this.#gateway.stop()
    await this.proxy.close()
    await this.#backend.drop()
  }

  #note(text: string): void {
    const patched = /^PATCH [\s\S]*?upload-offset: (\d+)/i.exec(text)
    if (patched) this.uploadedFrom.push(Number(patched[1]))
    const fetched = /^GET \/media[\s\S]*?range: bytes=(\d+)-/i.exec(text)
    if (fetched) this.downloadedFrom.push(Number(fetched[1]))
  }
}

/** Resolves when the page has logged in. */
export async function connected(page: Page): Promise<void> {
  await page.waitForFunction(() => 'page' in globalThis)
  await page.evaluate(() => (globalThis as unknown as { page: ClientPage }).page.online)
}

/** Bytes that the page's origin may store, as long as the page is open; undefined: as many as ever. */
export async function setQuota(page: Page, quotaSize: number | undefined): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { origin } = new URL(page.url())
  const override = { origin, ...(quotaSize !== undefined && { quotaSize }) }
  await session.send('Storage.overrideQuotaForOrigin', override)
}
