import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { GROUPS, type TestGroup } from './groups.ts'
import { coreIsCovered } from './runner/coverage.ts'
import { runGroup } from './runner/run-group.ts'
import { assignSpecFiles, findSpecFiles } from './runner/spec-files.ts'
import { Stack } from './runner/stack.ts'
import { type GroupResult, summarise } from './runner/summary.ts'

/**
 * `npm test -- [--quick] [--coverage] [--trouble TEXT]... [PATTERN...]`: all groups, or the files whose path or group
 * name has a PATTERN in it. Starts the servers that they need, ends all of them, and ends its output with
 * `N passed, N failed, N skipped`; each `--trouble`, something that failed before the tests, counts as a failure.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const { values: flags, positionals: patterns } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    coverage: { type: 'boolean', default: false },
    trouble: { type: 'string', multiple: true, default: [] },
  },
  allowPositionals: true,
})

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => interrupted.abort(signal))

const { byGroup, homeless } = assignSpecFiles(await findSpecFiles(root), GROUPS)
const troubles = [
  ...flags.trouble,
  ...homeless.map((file) => `${file} belongs to no group of test/groups.ts`),
]
const chosen = [...byGroup].flatMap(([group, all]) => {
  const files = all.filter((file) => isWanted(group, file))
  if (flags.quick && group.lane !== 'quick') return []
  if (all.length === 0 && patterns.length === 0)
    troubles.push(`${group.name}: no spec files in ${group.under.join(', ')}`)
  return files.length > 0 ? [{ group, files }] : []
})

// Whatever the tests leave in the temporary folder goes with it, also when they are killed.
const temporary = await mkdtemp(join(tmpdir(), 'sluice-run-'))
const coverage = flags.coverage ? join(temporary, 'coverage') : undefined
const stack = await Stack.start(new Set(chosen.flatMap(({ group }) => group.uses)))
const results: GroupResult[] = []
try {
  for (const [name, why] of stack.missing) console.log(`${name} is missing: ${why}`)
  for (const lane of ['quick', 'steady'] as const) await runLane(lane, widthOf(lane))
  await runLane('heavy', 1)
} finally {
  await stack.stop()
}
if (coverage && !interrupted.signal.aborted && !(await coreIsCovered(coverage, root))) {
  troubles.push('the core is not covered as far as it must be')
}
await rm(temporary, { recursive: true, force: true, maxRetries: 3 })

if (interrupted.signal.aborted) troubles.push(`interrupted by ${interrupted.signal.reason}`)
const { lines, ok } = summarise({
  results,
  missing: stack.missing,
  requireAll: process.env.SLUICE_TEST_REQUIRE === 'all',
  troubles,
})
console.log(`\n${lines.join('\n')}`)
process.exitCode = ok ? 0 : 1

function isWanted(group: TestGroup, file: string): boolean {
  return patterns.length === 0 || patterns.some((pattern) => group.name === pattern || file.includes(pattern))
}

/** Steady groups wait for servers and pages more than they work. */
function widthOf(lane: 'quick' | 'steady'): number {
  return Math.min(2, availableParallelism()) + (lane === 'steady' ? 1 : 0)
}

async function runLane(lane: TestGroup['lane'], width: number): Promise<void> {
  const waiting = chosen.filter(({ group }) => group.lane === lane)
  const worker = async () => {
    for (let next = waiting.shift(); next && !interrupted.signal.aborted; next = waiting.shift()) {
      const { group, files } = next
      const result = await runGroup({
        name: group.name,
        files,
        root,
        env: {
          ...process.env,
          ...stack.environment,
          TMPDIR: temporary,
          ...(coverage ? { NODE_V8_COVERAGE: coverage } : {}),
          ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
        },
        limitMs: group.limitMinutes * 60_000,
        print: (line) => console.log(line === '' ? '' : `${group.name.padEnd(11)} ${line}`),
        signal: interrupted.signal,
      })
      results.push({ name: group.name, uses: group.uses, ...result })
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
}
