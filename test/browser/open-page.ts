import type { Browser, BrowserContext, Page } from 'playwright-core'

/**
 * A page at this address, in a fresh profile of the browser or in the given one. What it does not catch is printed, and unless
 * `quiet` what it logs as an error.
 */
export async function openPage(
  profile: Browser | BrowserContext,
  url: string,
  { quiet = false }: { quiet?: boolean } = {},
): Promise<Page> {
  const context = 'newContext' in profile ? await profile.newContext() : profile
  const page = await context.newPage()
  // tsx wraps the functions that are sent to the page by `evaluate` with this.
  await page.addInitScript('globalThis.__name = (value) => value')
  page.on('pageerror', (error) => console.error('in the page:', error))
  page.on('console', (message) => {
    if (message.type() === 'error' && !quiet) console.error('in the page:', message.text())
  })
  await page.goto(url)
  return page
}
