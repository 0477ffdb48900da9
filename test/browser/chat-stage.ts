import type { Browser } from 'playwright-core'
import { type Backend, embeddedBackend, type Skippable } from '../stack/backends.ts'
import { buildPage } from '../stack/build-packages.ts'
import { freePort } from '../stack/free-port.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { sharedChromium } from './chromium.ts'

/** A gateway that serves the page, and a browser to open it in. */
export class ChatStage {
  readonly browser: Browser
  readonly url: string
  readonly #env: Record<string, string>
  readonly #backend: Backend
  #gateway: Gateway

  private constructor(browser: Browser, backend: Backend, env: Record<string, string>, gateway: Gateway) {
    this.browser = browser
    this.#backend = backend
    this.#env = env
    this.#gateway = gateway
    this.url = gateway.url
  }

  static async open(context: Skippable): Promise<ChatStage> {
    const browser = await sharedChromium(context)
    await buildPage()
    const backend = await embeddedBackend()
    const env = { ...backend.env, SLUICE_REGISTRATION: 'open', SLUICE_PORT: String(await freePort()) }
    return new ChatStage(browser, backend, env, await startGateway({ env }))
  }

  kill(): Promise<void> {
    return this.#gateway.kill()
  }

  async startAgain(): Promise<void> {
    this.#gateway = await startGateway({ env: this.#env })
  }

  async close(): Promise<void> {
    await this.#gateway.stop()
    await this.#backend.drop()
  }
}
