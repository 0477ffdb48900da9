import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { openPage } from './open-page.ts'
import { PageServer } from './page-server.ts'

const MOCHA = createRequire(import.meta.url).resolve('mocha/mocha.js')
const SHELL = `<!doctype html><meta charset="utf-8"><title>test</title><link rel="icon" href="data:,">
<body><div id="mocha"></div><script src="mocha.js"></script>`

export interface InPageSuite {
  readonly title: string
  readonly tests: readonly { title: string; id: string }[]
  readonly suites: readonly InPageSuite[]
}

export interface InPageResult {
  readonly state: 'passed' | 'failed' | 'pending'
  readonly error?: { message: string; stack: string }
}

/** One run of mocha inside a page. */
export class PageRun {
  readonly #page: Page
  readonly #server: PageServer
  readonly #results = new Map<string, InPageResult>()
  #arrived: () => void = () => {}
  #ended: Error | undefined
  #suites: readonly InPageSuite[] = []

  private constructor(page: Page, server: PageServer) {
    this.#page = page
    this.#server = server
  }

  static async start(
    browser: Browser,
    {
      query,
      ...served
    }: {
      entry: URL
      query: Record<string, string>
      csp?: string
      alias?: Readonly<Record<string, string>>
    },
  ): Promise<PageRun> {
    const files = new Map([
      ['index.html', SHELL],
      ['mocha.js', await readFile(MOCHA, 'utf8')],
    ])
    const server = await PageServer.open({ ...served, files })
    const page = await openPage(browser, `${server.url}?${new URLSearchParams(query)}`, { quiet: true })
    const run = new PageRun(page, server)
    await page.exposeFunction('tellResult', (id: string, result: InPageResult) => run.#take(id, result))
    await page.exposeFunction('tellEnd', () => run.#end(new Error('The page has no result of this test')))
    page.once('crash', () => run.#end(new Error('The page crashed')))
    run.#suites = await page.evaluate(startMocha)
    return run
  }

  get suites(): readonly InPageSuite[] {
    return this.#suites
  }

  async result(id: string): Promise<InPageResult> {
    for (;;) {
      const held = this.#results.get(id)
      if (held) return held
      if (this.#ended) throw this.#ended
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
    }
  }

  async close(): Promise<void> {
    await this.#page.context().close()
    await this.#server.close()
  }

  #take(id: string, result: InPageResult): void {
    this.#results.set(id, result)
    this.#arrived()
  }

  #end(why: Error): void {
    this.#ended = why
    this.#arrived()
  }
}

// Runs in the page: it can use nothing of this module.
async function startMocha(): Promise<InPageSuite[]> {
  const { mocha, tellResult, tellEnd } = globalThis as unknown as {
    mocha: BrowserMocha & {
      setup(options: object): void
      run(done: () => void): Mocha.Runner
      suite: Mocha.Suite
    }
    tellResult(id: string, result: InPageResult): Promise<void>
    tellEnd(): Promise<void>
  }
  const ids = new Map<Mocha.Test, string>()
  const told = (suite: Mocha.Suite): InPageSuite => ({
    title: suite.title,
    tests: suite.tests.map((test) => {
      ids.set(test, String(ids.size))
      return { title: test.title, id: ids.get(test) ?? '' }
    }),
    suites: suite.suites.map(told),
  })
  mocha.setup({ ui: 'bdd', timeout: 20_000, reporter: 'min' })
  await import(new URL('entry.js', location.href).href)
  const suites = mocha.suite.suites.map(told)
  const tell = (test: Mocha.Runnable, result: InPageResult) =>
    void tellResult(ids.get(test as Mocha.Test) ?? '', result)
  const failed = (test: Mocha.Runnable, { message, stack }: Error) => {
    const error = { message, stack: String(stack) }
    // A hook that fails takes the tests of its suite with it.
    if ('type' in test && test.type === 'hook')
      test.parent?.eachTest((each) => tell(each, { state: 'failed', error }))
    else tell(test, { state: 'failed', error })
  }
  mocha
    .run(() => void tellEnd())
    .on('pass', (test) => tell(test, { state: 'passed' }))
    .on('pending', (test) => tell(test, { state: 'pending' }))
    .on('fail', failed)
  return suites
}
