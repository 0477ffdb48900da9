import { expect } from 'chai'
import { log } from '../../test/upload-bench.ts'
import { TransferCell } from './transfer-cell.ts'

const cell = () =>
  new TransferCell<string>({ state: 'paused', progress: { sent: 0, committed: 0, total: 9 }, log })

describe('what is seen of a transfer', () => {
  it('keeps its outcome over a pause, and has a new one after a rejection', async () => {
    const held = cell()
    const { done } = held
    held.reopen()
    expect(held.done).to.equal(done)
    held.fail(new Error('aborted'), 'paused')
    held.reopen()
    held.succeed('here')
    expect(await done.catch(({ message }) => message)).to.equal('aborted')
    expect(await held.done).to.equal('here')
  })

  it('ends its steps when the outcome is rejected, also while paused', async () => {
    const held = cell()
    const steps = held.steps()
    expect((await steps.next()).value).to.include({ sent: 0 })
    const end = steps.next()
    held.fail(new Error('aborted'), 'paused')
    expect(await end).to.deep.equal({ done: true, value: undefined })
  })
})
