import { expect } from 'chai'
import { type GroupCounts, type GroupResult, type SummaryInput, summarise } from './summary.ts'

describe('summarise', () => {
  it('adds up what mocha counted, and ends with the line that others read', () => {
    const { lines, ok } = summary({
      results: [group('a', { passed: 3, skipped: 1 }), group('b', { passed: 4 })],
    })
    expect(lines).to.deep.equal(['7 passed, 0 failed, 1 skipped'])
    expect(ok).to.equal(true)
  })

  it('names every failed test and is not ok', () => {
    const failing = group('a', { passed: 1, failed: 1, failures: ['a upload keeps its bytes'] })
    const { lines, ok } = summary({ results: [failing] })
    expect(lines).to.deep.equal(['a: failed: a upload keeps its bytes', '1 passed, 1 failed, 0 skipped'])
    expect(ok).to.equal(false)
  })

  it('counts a group that ran no tests as a failure', () => {
    expect(summary({ results: [group('a', {})] })).to.deep.equal({
      lines: ['a: ran no tests', '0 passed, 1 failed, 0 skipped'],
      ok: false,
    })
  })

  it('counts a group that crashed as a failure, with what it had passed', () => {
    const { lines } = summary({
      results: [
        { name: 'a', uses: [], trouble: 'crashed (SIGSEGV)' },
        { ...group('b', { passed: 2 }), trouble: 'left something running' },
      ],
    })
    expect(lines).to.deep.equal([
      'a: crashed (SIGSEGV)',
      'b: left something running',
      '2 passed, 2 failed, 0 skipped',
    ])
  })

  describe('without a server', () => {
    const input: Partial<SummaryInput> = {
      results: [{ ...group('ledger', { skipped: 9 }), uses: ['PostgreSQL'] }, group('other', { passed: 1 })],
      missing: new Map([['PostgreSQL', 'there is no initdb']]),
    }

    it('says what was not run and why', () => {
      expect(summary(input)).to.deep.equal({
        lines: [
          'ledger: not run: its tests on PostgreSQL, as there is no initdb',
          '1 passed, 0 failed, 9 skipped',
        ],
        ok: true,
      })
    })

    it('fails where all is required', () => {
      const { lines, ok } = summary({ ...input, requireAll: true })
      expect(lines.at(-1)).to.equal('1 passed, 1 failed, 9 skipped')
      expect(ok).to.equal(false)
    })
  })

  it('counts each trouble outside of the groups as a failure', () => {
    const { lines, ok } = summary({
      results: [group('a', { passed: 1 })],
      troubles: ['x belongs to no group'],
    })
    expect(lines).to.deep.equal(['x belongs to no group', '1 passed, 1 failed, 0 skipped'])
    expect(ok).to.equal(false)
  })

  it('is not ok when nothing was chosen', () => {
    expect(summary({ results: [] }).ok).to.equal(false)
  })
})

function summary(input: Partial<SummaryInput>) {
  return summarise({ results: [], missing: new Map(), requireAll: false, troubles: [], ...input })
}

function group(name: string, counts: Partial<GroupCounts>): GroupResult {
  return { name, uses: [], counts: { passed: 0, failed: 0, skipped: 0, failures: [], ...counts } }
}
