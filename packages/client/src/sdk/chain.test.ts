import { expect } from 'chai'
import { type LogEntry, logTo } from '../log.ts'
import { Run } from './chain.ts'

const success = { statusCode: 200, message: 'done', data: 1 }
const failure = { statusCode: 410, message: 'gone' }
const silent = logTo(undefined)

function heard(run: Run<number>) {
  const words: unknown[] = []
  void run.chain
    .onPending((id) => void words.push(['pending', id]))
    .onResuming((id) => void words.push(['resuming', id]))
    .onProgress((progress) => void words.push(['progress', progress.sent]))
    .onSuccess((result) => void words.push(['success', result.data]))
    .onError((result) => void words.push(['error', result.statusCode]))
  return words
}

describe('the chain of a call', () => {
  it('hears pending once, progress, and one end', async () => {
    const run = new Run<number>(silent)
    const words = heard(run)
    run.begin('pending', 'm1')
    run.begin('resuming', 'm1')
    run.progress({ sent: 1, committed: 0, total: 2 })
    run.succeed(success)
    run.fail(failure)
    run.cancel({ statusCode: 499, message: '' })
    run.progress({ sent: 2, committed: 0, total: 2 })
    expect(words).to.deep.equal([
      ['pending', 'm1'],
      ['progress', 1],
      ['success', 1],
    ])
    expect(await run.chain).to.equal(success)
  })

  it('resolves with an error', async () => {
    const run = new Run<number>(silent)
    const words = heard(run)
    run.fail(failure)
    expect(words).to.deep.equal([['error', 410]])
    expect(await run.chain).to.equal(failure)
  })

  it('calls nobody when cancelled', async () => {
    const run = new Run<number>(silent)
    const words = heard(run)
    run.cancel({ statusCode: 499, message: 'cancelled' })
    expect(words).to.deep.equal([])
    expect(await run.chain).to.have.property('statusCode', 499)
  })

  it('repeats to who comes late what was said, but not within the call', async () => {
    const run = new Run<number>(silent)
    run.begin('resuming', 'm1')
    run.succeed(success)
    const words = heard(run)
    expect(words).to.deep.equal([])
    await run.chain
    expect(words).to.deep.equal([
      ['resuming', 'm1'],
      ['success', 1],
    ])
  })

  it('contains what a listener throws or rejects with, and logs it', async () => {
    const entries: LogEntry[] = []
    const run = new Run<number>(logTo((entry) => entries.push(entry)))
    void run.chain
      .onPending(() => {
        throw new Error('thrown')
      })
      .onPending(async () => {
        throw new Error('rejected')
      })
    const words = heard(run)
    run.begin('pending', 'm1')
    run.succeed(success)
    await run.chain
    expect(words).to.have.length(2)
    expect(entries.map(({ fields }) => (fields.error as Error).message)).to.deep.equal(['thrown', 'rejected'])
  })

  it('says that it has started when it begins, or when it never will', async () => {
    const begun = new Run<number>(silent)
    begun.begin('pending', 'm1')
    await begun.started
    const refused = new Run<number>(silent)
    refused.fail(failure)
    await refused.started
  })
})
