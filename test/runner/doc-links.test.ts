import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { findPages, linkProblems } from '../../scripts/doc-links.ts'

describe('the links of the docs', () => {
  let root: string

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sluice-docs-'))
  })
  afterEach(() => rm(root, { recursive: true }))

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }

  it('are looked for in every page, also a new one, but not in what others wrote or was built', async () => {
    for (const path of ['README.md', 'docs/adr/new.md', 'node_modules/x/README.md', 'packages/a/dist/b.md'])
      await write(path, '')
    expect(findPages(root).sort()).to.deep.equal(['README.md', 'docs/adr/new.md'])
  })

  it('are reported when the file is not there, however the link is written', async () => {
    await write('docs/page.md', '')
    await write(
      'README.md',
      `[fine](docs/page.md) [fine](docs/page.md "a title") [fine](<docs/page.md>) [fine](https://example.org/x)
       [bare](a.md) [titled](b.md "a title") [bracketed](<c d.md>) [by name][e]
       \`[code](f.md)\`

[e]: e.md
\`\`\`md
[block](g.md)
\`\`\`
`,
    )
    expect(linkProblems(root, 'README.md')).to.deep.equal(
      ['a.md', 'b.md', 'c d.md', 'e.md'].map((target) => `README.md: ${target} leads nowhere`),
    )
  })

  it('are reported when the page has no such heading, with the anchors that GitHub makes', async () => {
    await write(
      'docs/page.md',
      '# The `offer`, and more\n## Twice\n## Twice\n<a id="own"></a>\n```\n# no heading\n```\n',
    )
    await write(
      'README.md',
      `# Here
       [](docs/page.md#the-offer-and-more) [](docs/page.md#twice) [](docs/page.md#twice-1) [](docs/page.md#own) [](#here)
       [](docs/page.md#twice-2) [](docs/page.md#no-heading) [](#there)`,
    )
    expect(linkProblems(root, 'README.md')).to.deep.equal(
      ['docs/page.md#twice-2', 'docs/page.md#no-heading', '#there'].map(
        (target) => `README.md: ${target} names no heading there`,
      ),
    )
  })
})
