import { expect } from 'chai'
import { type LogEntry, logTo } from './log.ts'

describe('the log', () => {
  it('is broken by no listener, whether it throws or rejects', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown) => unhandled.push(error)
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note)
    const entries: LogEntry[] = []
    logTo((entry) => {
      entries.push(entry)
      throw new Error('thrown')
    })('info', 'one')
    logTo(async (entry) => {
      entries.push(entry)
      throw new Error('rejected')
    })('info', 'two')
    // Node tells of unhandled rejections before the next task.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    for (const other of others) process.on('unhandledRejection', other)
    expect(entries.map(({ message }) => message)).to.deep.equal(['one', 'two'])
    expect(unhandled).to.deep.equal([])
  })
})
