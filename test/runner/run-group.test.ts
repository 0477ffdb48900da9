import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { type RunGroupOptions, runGroup } from './run-group.ts'

describe('runGroup', () => {
  let folder: string
  let printed: string[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-run-group-'))
    printed = []
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function run(source: string, options: Partial<RunGroupOptions> = {}) {
    const file = join(folder, 'sample.test.mjs')
    await writeFile(file, source)
    return runGroup({
      name: 'sample',
      files: [file],
      root: fileURLToPath(new URL('../../', import.meta.url)),
      env: process.env,
      limitMs: 15_000,
      print: (line) => printed.push(line),
      signal: new AbortController().signal,
      ...options,
    })
  }

  it('counts what passed, failed and was skipped, and prints as mocha does', async () => {
    const result = await run(`describe('sample', () => {
      it('passes', () => {}); it('fails', () => { throw new Error('on purpose') }); it.skip('waits', () => {}) })`)
    expect(result).to.deep.equal({
      counts: { passed: 1, failed: 1, skipped: 1, failures: ['sample fails'] },
    })
    expect(printed.join('\n')).to.include('on purpose')
  })

  it('counts a hook that fails', async () => {
    const result = await run(`before(() => { throw new Error('x') }); it('never runs', () => {})`)
    expect(result.counts?.failed).to.equal(1)
  })

  it('tells of a file that cannot be loaded', async () => {
    expect(await run(`import './nowhere.mjs'`)).to.deep.equal({ trouble: 'crashed (exit code 1)' })
  })

  it('refuses a test that was left alone by `.only`', async () => {
    expect((await run(`it.only('alone', () => {})`)).counts?.passed ?? 0).to.equal(0)
  })

  it('tells of a process that dies in mid-test', async () => {
    const result = await run(`it('dies', () => process.kill(process.pid, 'SIGKILL'))`)
    expect(result).to.deep.equal({ trouble: 'crashed (SIGKILL)' })
  })

  it('ends what a test leaves running, and tells', async () => {
    const result = await run(`it('leaks', () => { setInterval(() => {}, 1000) })`, { afterTestsMs: 100 })
    expect(result.counts?.passed).to.equal(1)
    expect(result.trouble).to.equal('left something running after its last test')
  })

  it('ends a test that never does', async () => {
    const result = await run(`it('hangs', function () { this.timeout(0); return new Promise(() => {}) })`, {
      limitMs: 1_500,
    })
    expect(result.trouble).to.equal('did not end within 0.025 minutes')
  })

  it('ends when interrupted', async () => {
    const interrupted = new AbortController()
    const result = await run(
      `it('waits', function () { console.log('here'); return new Promise(() => {}) })`,
      {
        signal: interrupted.signal,
        print: (line) => line.includes('here') && interrupted.abort(),
      },
    )
    expect(result).to.deep.equal({ trouble: 'was interrupted' })
  })
})
