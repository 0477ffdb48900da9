import type { Browser, Locator, Page } from 'playwright-core'
import { openPage } from './open-page.ts'
import { PageServer, STRICT_CSP } from './page-server.ts'

interface InPage {
  logIn(serverUrl: string, username: string, password: string): Promise<InPage['chat']>
  chat: {
    sendText(to: string, text: string): Promise<void>
    sendImage(to: string, name: string, base64: string): Promise<void>
  }
}

/** Somebody of ours, in a page that shows what comes. */
export class ChatPage {
  readonly #page: Page
  readonly #server: PageServer

  private constructor(page: Page, server: PageServer) {
    this.#page = page
    this.#server = server
  }

  static async logIn(
    browser: Browser,
    who: { serverUrl: string; username: string; password: string },
  ): Promise<ChatPage> {
    const server = await PageServer.open({
      entry: new URL('in-page/chat-page.ts', import.meta.url),
      csp: STRICT_CSP.replace('img-src', 'img-src http:'),
    })
    const page = await openPage(browser, server.url)
    await page.evaluate(async ({ password, serverUrl, username }) => {
      const here = globalThis as unknown as InPage
      here.chat = await here.logIn(serverUrl, username, password)
    }, who)
    return new ChatPage(page, server)
  }

  async sendText(to: string, text: string): Promise<void> {
    await this.#page.evaluate(
      (message) => (globalThis as unknown as InPage).chat.sendText(message.to, message.text),
      { to, text },
    )
  }

  async sendImage(to: string, { bytes, name }: { bytes: Buffer; name: string }): Promise<void> {
    await this.#page.evaluate(
      (image) => (globalThis as unknown as InPage).chat.sendImage(image.to, image.name, image.base64),
      { to, name, base64: bytes.toString('base64') },
    )
  }

  text(text: string): Locator {
    return this.#page.locator('p', { hasText: text })
  }

  /** By a part of its address. */
  image(part: string): Locator {
    return this.#page.locator(`img[src*="${part}"]`)
  }

  async close(): Promise<void> {
    await this.#page.context().close()
    await this.#server.close()
  }
}
