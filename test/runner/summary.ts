import type { Requirement } from './stack.ts'

/** What mocha counted in one group. */
export interface GroupCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Full titles of the tests and hooks that failed. */
  readonly failures: readonly string[]
}

export interface GroupResult {
  readonly name: string
  readonly uses: readonly Requirement[]
  /** Absent: the process ended before mocha had counted. */
  readonly counts?: GroupCounts
  /** What went wrong beside the tests: it crashed, did not end, ran too long. */
  readonly trouble?: string
}

export interface SummaryInput {
  readonly results: readonly GroupResult[]
  readonly missing: ReadonlyMap<Requirement, string>
  /** SLUICE_TEST_REQUIRE=all: nothing may go without its servers. */
  readonly requireAll: boolean
  /** What failed outside of every group. */
  readonly troubles: readonly string[]
}

/** The lines that end a run; the last is always `N passed, N failed, N skipped`, and `ok` is what the exit code says. */
export function summarise({ results, missing, requireAll, troubles }: SummaryInput): {
  lines: string[]
  ok: boolean
} {
  const lines: string[] = []
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const { name, uses, counts, trouble } of results) {
    const ran = counts ? counts.passed + counts.failed + counts.skipped : 0
    for (const title of counts?.failures ?? []) lines.push(`${name}: failed: ${title}`)
    const problem = trouble ?? (ran === 0 ? 'ran no tests' : undefined)
    if (problem) lines.push(`${name}: ${problem}`)
    total.passed += counts?.passed ?? 0
    total.failed += (counts?.failed ?? 0) + (problem ? 1 : 0)
    total.skipped += counts?.skipped ?? 0
    for (const server of uses) {
      const why = missing.get(server)
      if (why === undefined) continue
      lines.push(`${name}: not run: its tests on ${server}, as ${why}`)
      if (requireAll) total.failed += 1
    }
  }
  for (const trouble of troubles) {
    lines.push(trouble)
    total.failed += 1
  }
  if (results.length === 0) {
    lines.push('no test was chosen')
    total.failed += 1
  }
  lines.push(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  return { lines, ok: total.failed === 0 }
}
