import Mocha from 'mocha'
import { sharedChromium } from './chromium.ts'
import { type InPageSuite, PageRun } from './page-run.ts'

/**
 * Runs the mocha suites of a TypeScript entry inside a page of real Chromium; each of their tests is one here, too.
 * `query` reaches the page as the query of its address, as do servers that the suites talk to.
 */
export function describeInPage(
  name: string,
  entry: URL,
  {
    query = async () => ({}),
    ...page
  }: {
    csp?: string
    /** Packages that stand in for others in its scripts. */
    alias?: Readonly<Record<string, string>>
    query?: () => Promise<Record<string, string>>
  } = {},
): void {
  describe(`${name}, in Chromium`, function () {
    this.timeout(60_000)
    let run: PageRun | undefined

    before(async function () {
      const browser = await sharedChromium(this)
      run = await PageRun.start(browser, { ...page, entry, query: await query() })
      const { parent } = this.test ?? {}
      if (parent) for (const suite of run.suites) addSuite(parent, suite, run)
    })
    after(() => run?.close())

    it('runs', () => {
      if (!run || run.suites.length === 0) throw new Error('The page has no suites')
    })
  })
}

function addSuite(parent: Mocha.Suite, { title, tests, suites }: InPageSuite, run: PageRun): void {
  const suite = Mocha.Suite.create(parent, title)
  for (const test of tests)
    suite.addTest(
      new Mocha.Test(test.title, async function (this: Mocha.Context) {
        const { state, error } = await run.result(test.id)
        if (state === 'pending') this.skip()
        if (error) throw Object.assign(new Error(error.message), { stack: error.stack })
      }),
    )
  for (const child of suites) addSuite(suite, child, run)
}
