import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { openPage } from '../browser/open-page.ts'

// Stores of closed devices that stay: enough for those that a test opens again.
const KEPT_STORES = 4

interface Profile {
  readonly context: BrowserContext
  readonly page: Page
  readonly devTools: CDPSession
  inUse: boolean
}

/**
 * A store is a profile of the browser, and a device with it is a load of that profile's page. What is in a store that
 * nobody opens again is removed, and the profile serves another: a new one takes three times the work.
 */
export class PageProfiles {
  readonly #browser: Browser
  readonly #url: string
  /** By their stores; the one that was opened last comes last. */
  readonly #profiles = new Map<string, Profile>()

  constructor(browser: Browser, url: string) {
    this.#browser = browser
    this.#url = url
  }

  /** The page of a device with this store, just loaded. */
  async open(store: string): Promise<Page> {
    const own = this.#profiles.get(store)
    const other = own ? undefined : this.#unwanted()
    const profile = own ?? other?.profile
    if (!profile) return this.#create(store)
    if (profile.inUse) throw new Error(`${store} is in use`)
    profile.inUse = true
    this.#profiles.delete(other?.store ?? store)
    this.#profiles.set(store, profile)
    if (other) await this.#empty(profile)
    else await profile.page.goto(this.#url)
    return profile.page
  }

  /** The device ends, as by a tab that goes elsewhere; its store stays. */
  async close(store: string): Promise<void> {
    const profile = this.#of(store)
    await profile.page.goto('about:blank')
    profile.inUse = false
  }

  /** Another page, beside the one of the device. */
  beside(store: string): Promise<Page> {
    return openPage(this.#of(store).context, this.#url, { quiet: true })
  }

  async end(): Promise<void> {
    for (const { context } of this.#profiles.values()) await context.close()
  }

  #of(store: string): Profile {
    const profile = this.#profiles.get(store)
    if (!profile) throw new Error(`${store} is not kept`)
    return profile
  }

  /** The one whose store was not opened for the longest time, if more are kept than must be. */
  #unwanted(): { store: string; profile: Profile } | undefined {
    const kept = [...this.#profiles].filter(([, { inUse }]) => !inUse)
    const [store, profile] = kept.at(-KEPT_STORES - 1) ? (kept[0] ?? []) : []
    return store !== undefined && profile ? { store, profile } : undefined
  }

  async #create(store: string): Promise<Page> {
    const context = await this.#browser.newContext()
    const page = await openPage(context, this.#url, { quiet: true })
    this.#profiles.set(store, { context, page, devTools: await context.newCDPSession(page), inUse: true })
    return page
  }

  /** And loads its page, in which nothing is to be found. */
  async #empty({ page, devTools }: Profile): Promise<void> {
    const { origin } = new URL(this.#url)
    await devTools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' })
    await page.goto(this.#url)
    const left = await page.evaluate(async () => {
      const databases = (await indexedDB.databases()).map(({ name }) => name)
      const root = await navigator.storage.getDirectory()
      for await (const name of root.keys()) databases.push(name)
      return [...databases, ...Object.keys(localStorage), ...Object.keys(sessionStorage)]
    })
    if (left.length > 0) throw new Error(`The store of another device still has ${left.join(', ')}`)
  }
}
