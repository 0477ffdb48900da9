import { setTimeout as passed } from 'node:timers/promises'
import type { CDPSession, Page } from 'playwright-core'

const EVERY_MS = 100

/**
 * How far the JavaScript heap of a page grows, with what is not collected yet, the buffers that hang on it and what the
 * browser holds for it. A worker would have a heap of its own, so a page that starts one is not watched.
 */
export class HeapWatch {
  readonly #page: Page
  readonly #session: CDPSession
  readonly #looking: Promise<void>
  #start = 0
  #highest = 0
  #looks = 0
  #isOver = false

  private constructor(page: Page, session: CDPSession) {
    this.#page = page
    this.#session = session
    this.#looking = this.#watch()
    // `stop` says so.
    this.#looking.catch(() => {})
  }

  static async begin(page: Page): Promise<HeapWatch> {
    const session = await page.context().newCDPSession(page)
    await session.send('HeapProfiler.enable')
    await session.send('HeapProfiler.collectGarbage')
    const watch = new HeapWatch(page, session)
    watch.#start = await watch.#look()
    return watch
  }

  /** The highest of all looks, in bytes above the beginning, and how many they were. Rejects when it could not look. */
  async stop(): Promise<{ grown: number; looks: number }> {
    this.#isOver = true
    await this.#looking
    await this.#look()
    if (this.#page.workers().length > 0) throw new Error('A worker of the page was not looked at')
    return { grown: this.#highest - this.#start, looks: this.#looks }
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      await this.#look()
      await passed(EVERY_MS)
    }
  }

  async #look(): Promise<number> {
    const { usedSize, embedderHeapUsedSize, backingStorageSize } =
      await this.#session.send('Runtime.getHeapUsage')
    const held = usedSize + embedderHeapUsedSize + backingStorageSize
    this.#highest = Math.max(this.#highest, held)
    this.#looks++
    return held
  }
}
