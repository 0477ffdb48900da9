import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import Mocha from 'mocha'
import type { GroupCounts } from './summary.ts'

/**
 * The mocha process of one group: `spec-process.ts FILE...`. Reports its counts over the IPC channel and does not
 * end itself: what a test leaves running keeps it alive, and is found by that.
 */
const { EVENT_RUN_END, EVENT_TEST_FAIL } = Mocha.Runner.constants
const { EVENT_FILE_PRE_REQUIRE } = Mocha.Suite.constants

class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    const failed: string[] = []
    runner.on(EVENT_TEST_FAIL, (test) => failed.push(test.fullTitle()))
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats
      const counts: GroupCounts = { passed: passes, failed: failures, skipped: pending, failures: failed }
      process.send?.(counts)
    })
  }
}

const mocha = new Mocha({
  timeout: 20_000,
  forbidOnly: true,
  color: process.env.FORCE_COLOR === '1',
  reporter: Reporter,
})
// Not by mocha's own loading, which tries `require` first: tests are to run the modules as the ES modules they are.
for (const file of process.argv.slice(2).map((path) => resolve(path))) {
  mocha.suite.emit(EVENT_FILE_PRE_REQUIRE, globalThis, file, mocha)
  await import(pathToFileURL(file).href)
}
mocha.run((failures) => {
  process.exitCode = failures > 0 ? 1 : 0
})
