import { readFileSync } from 'node:fs'
import { downloadTexts, uploadTexts } from '../packages/client/src/transfers/transfer-texts.ts'
import { REFUSALS } from '../packages/protocol/src/refusals.ts'
import { exampleProblems, openExamples } from './doc-examples.ts'
import { findPages, linkProblems } from './doc-links.ts'
import { sdkDocProblems, tableRows } from './sdk-docs.ts'
import { readSurface } from './sdk-surface.ts'

/**
 * Every relative link of a page leads to a file or a heading; README's table names the variables that config.ts reads;
 * docs/sdk.md says what the SDK exports, refuses and answers; and the examples of the SDK's pages are right by their types.
 */
const pages = findPages('.')
const problems = pages.flatMap((page) => linkProblems('.', page))

const read = variablesIn('packages/gateway/src/config.ts', /^ {2}(SLUICE_[A-Z0-9_]+): /gm)
const documented = variablesIn('README.md', /^\| `(SLUICE_[A-Z0-9_]+)`/gm)
for (const name of read) if (!documented.has(name)) problems.push(`README.md: ${name} is missing`)
for (const name of documented) if (!read.has(name)) problems.push(`README.md: nothing reads ${name}`)

const sdkPage = readFileSync('docs/sdk.md', 'utf8')
const examples = openExamples(
  ['README.md', 'docs/sdk.md', 'docs/quickstart.md', 'packages/client/README.md'],
  ['packages/client/src/node.ts', 'packages/client/src/browser.ts', 'packages/client/src/react.ts'],
)
const surface = readSurface(examples.program, 'packages/client/src/node.ts')
const inPages = readSurface(examples.program, 'packages/client/src/browser.ts')
for (const name of new Set([...surface.keys(), ...inPages.keys()]))
  if (!surface.has(name) || !inPages.has(name)) problems.push(`${name} is exported on one platform only`)
const hooks = readSurface(examples.program, 'packages/client/src/react.ts')
const modules = new Map([
  ['@sluice/client', surface],
  ['@sluice/client/react', hooks],
])
for (const problem of [...sdkDocProblems(sdkPage, modules), ...codeProblems(), ...textProblems()])
  problems.push(`docs/sdk.md: ${problem}`)
problems.push(...exampleProblems(examples))

if (pages.length < 5 || read.size < 5 || surface.size < 20 || hooks.size < 5 || examples.blocks.size < 10)
  problems.push('saw next to nothing: the check itself is broken')

for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0

function variablesIn(file: string, pattern: RegExp): Set<string> {
  return new Set([...readFileSync(file, 'utf8').matchAll(pattern)].map(([, name = '']) => name))
}

/** The gateway's refusals have one table, and ours says the same; some that are final can still be resumed from. */
function codeProblems(): string[] {
  return tableRows(sdkPage, 'members of TransferErrorCode').flatMap(([code = '', status, retryable]) => {
    const refusal = Object.entries(REFUSALS).find(([name]) => code === `\`${name}\``)?.[1]
    if (!refusal) return []
    const isRight = status === String(refusal.status) && (retryable === 'yes') === refusal.retryable
    return isRight ? [] : [`${code} has ${refusal.status} and ${refusal.retryable ? '' : 'not '}retryable`]
  })
}

/** U and D stand for the beginnings that the page says they do. */
function textProblems(): string[] {
  const shortened = (text: string) =>
    text.replace('Media upload for message-id X', 'U').replace('Media download for message-id X', 'D')
  const fixed = [...Object.values(uploadTexts('X')), ...Object.values(downloadTexts('X'))].map(shortened)
  const said = [...sdkPage.matchAll(/"((?:[UD] |[^"\n]*message-id X )[^"\n]*)"/g)].map(
    ([, text = '']) => text,
  )
  return [
    ...fixed.filter((text) => !said.includes(text)).map((text) => `the text "${text}" is missing`),
    ...said.filter((text) => !fixed.includes(text)).map((text) => `nothing answers "${text}"`),
  ]
}
