import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import ts from 'typescript'
import { exampleProblems, openExamples } from '../../scripts/doc-examples.ts'
import { sdkDocProblems } from '../../scripts/sdk-docs.ts'
import { readSurface } from '../../scripts/sdk-surface.ts'

const SOURCE = `
interface Base { inherited: string }
export interface Call extends Base {
  (): void
  readonly field?: number
  nested: { inner: string; done(how: string): void }
  send(to: string, { file, name }: { file: string; name?: string }, options?: { text: string }): void
  listener: (event: string) => void
}
export type Promised = Promise<void> & { onEnd(listener: () => void): Promised }
export type Word = 'yes' | 'no'
export type { Word as Answer }
export class Problem extends Error {
  readonly #secret = 1
  readonly code: number = this.#secret
}
export const instance: Base = { inherited: '' }
export function make(): void {}
`

const PAGE = `
<!-- exports of sdk -->
| name | |
|---|---|
| \`Call\`, \`Word\` | two of them |

<!-- members of Call -->
| | |
|---|---|
| \`send(to)\` | \`no member\` |

<!-- members of Word -->
| | |
|---|---|
| \`yes\` | a \\| b |
| \`no\` | |
`

describe('the check of the SDK page', function () {
  // TypeScript reads its own libraries first.
  this.timeout(60_000)
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-docs-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('reads from the code what is exported and what it has', async () => {
    const file = join(folder, 'sdk.ts')
    await writeFile(file, SOURCE)
    const surface = readSurface(
      ts.createProgram([file], { strict: true, target: ts.ScriptTarget.ES2022 }),
      file,
    )
    const members = Object.fromEntries([...surface].map(([name, entry]) => [name, entry.members]))
    expect(members).to.deep.equal({
      Call: ['field', 'nested.inner', 'nested.done(how)', 'send(to, { file, name? }, { text }?)', 'listener'],
      Promised: ['onEnd(listener)'],
      Word: ['yes', 'no'],
      Answer: [],
      Problem: ['code'],
      instance: [],
      make: [],
    })
  })

  it('finds nothing where the page and the code agree', () => {
    expect(problemsWith({ Call: ['send(to)'], Word: ['yes', 'no'] })).to.deep.equal([])
  })

  it('names what the page misses, and what it invents', () => {
    const problems = problemsWith({ Call: ['send(to, how?)'], Word: ['yes'], More: ['than that'] })
    expect(problems).to.deep.equal([
      'exports of sdk: More is missing',
      'members of Call: send(to, how?) is missing',
      'members of Call: there is no send(to)',
      'members of Word: there is no no',
      'there is no table of the members of More',
    ])
  })

  it('names a table of something that is not there', () => {
    expect(problemsWith({ Call: ['send(to)'] })).to.deep.equal([
      'exports of sdk: there is no Word',
      'there is nothing that has members of Word',
    ])
  })

  it('type-checks the examples, each on its own, by the lines of their page', async () => {
    const page = join(folder, 'page.md')
    const block = (code: string, kind = 'ts') => `\`\`\`${kind}\n${code}\n\`\`\`\n`
    await writeFile(
      page,
      `# Page\n\n${block("const text: string = 'a'")}${block('const text: number = 1')}${block('not code', 'sh')}` +
        block('const one = 1\nconst two: string = one'),
    )
    const problems = exampleProblems(openExamples([page], []))
    expect(problems).to.deep.equal([`${page}:14: Type 'number' is not assignable to type 'string'.`])
  })
})

function problemsWith(types: Readonly<Record<string, readonly string[]>>): string[] {
  const surface = new Map(Object.entries(types).map(([name, members]) => [name, { members }]))
  return sdkDocProblems(PAGE, new Map([['sdk', surface]]))
}
