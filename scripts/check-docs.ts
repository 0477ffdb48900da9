import { readFileSync } from 'node:fs'
import { findPages, linkProblems } from './doc-links.ts'

/** Every relative link of a page leads to a file or a heading, and README's table names the variables that config.ts reads. */
const pages = findPages('.')
const problems = pages.flatMap((page) => linkProblems('.', page))

const read = variablesIn('packages/gateway/src/config.ts', /^ {2}(SLUICE_[A-Z0-9_]+): /gm)
const documented = variablesIn('README.md', /^\| `(SLUICE_[A-Z0-9_]+)`/gm)
for (const name of read) if (!documented.has(name)) problems.push(`README.md: ${name} is missing`)
for (const name of documented) if (!read.has(name)) problems.push(`README.md: nothing reads ${name}`)
if (pages.length < 5 || read.size < 5) problems.push('saw next to nothing: the check itself is broken')

for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0

function variablesIn(file: string, pattern: RegExp): Set<string> {
  return new Set([...readFileSync(file, 'utf8').matchAll(pattern)].map(([, name = '']) => name))
}
