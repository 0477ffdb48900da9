import { expect } from 'chai'
import type { TestGroup } from '../groups.ts'
import { assignSpecFiles } from './spec-files.ts'

describe('assignSpecFiles', () => {
  const wide = groupUnder('packages/gateway/')
  const narrow = groupUnder('packages/gateway/src/transfer/')

  it('gives a file to the group with the longest matching path, in whatever order they are declared', () => {
    for (const groups of [
      [wide, narrow],
      [narrow, wide],
    ]) {
      const { byGroup } = assignSpecFiles(
        ['packages/gateway/src/transfer/a.test.ts', 'packages/gateway/src/b.test.ts'],
        groups,
      )
      expect(byGroup.get(narrow)).to.deep.equal(['packages/gateway/src/transfer/a.test.ts'])
      expect(byGroup.get(wide)).to.deep.equal(['packages/gateway/src/b.test.ts'])
    }
  })

  it('tells of files that no group wants', () => {
    expect(assignSpecFiles(['test/new/c.test.ts'], [wide]).homeless).to.deep.equal(['test/new/c.test.ts'])
  })
})

function groupUnder(prefix: string): TestGroup {
  return { name: prefix, under: [prefix], uses: [], lane: 'quick', limitMinutes: 1 }
}
