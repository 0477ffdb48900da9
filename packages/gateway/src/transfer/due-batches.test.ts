import { expect } from 'chai'
import { DueBatches } from './due-batches.ts'

describe('DueBatches', () => {
  /** A list of so many, of which those that `fails` names never get off it. */
  function listOf(length: number, fails: (n: number) => boolean) {
    let left = Array.from({ length }, (_, n) => ({ id: String(n) }))
    const batches = new DueBatches<{ id: string }>(async (limit, but) =>
      left.filter(({ id }) => !but.includes(id)).slice(0, limit),
    )
    const run = () =>
      batches.run(async ({ id }) => {
        if (fails(Number(id))) return false
        left = left.filter((due) => due.id !== id)
        return true
      })
    return { run, left: () => left.length }
  }

  it('settles all, a hundred in a run', async () => {
    const { run, left } = listOf(250, () => false)
    expect(await run()).to.deep.equal({ settled: 100, failed: 0 })
    expect(await run()).to.deep.equal({ settled: 100, failed: 0 })
    expect(await run()).to.deep.equal({ settled: 50, failed: 0 })
    expect(left()).to.equal(0)
  })

  it('gets past whatever fails, and tries it again once it has reached the end of the list', async () => {
    let broken = true
    const { run, left } = listOf(230, (n) => broken && n < 220)
    expect(await run()).to.deep.equal({ settled: 0, failed: 100 })
    expect(await run()).to.deep.equal({ settled: 0, failed: 100 })
    expect(await run()).to.deep.equal({ settled: 10, failed: 20 })
    broken = false
    for (let n = 0; n < 3; n++) await run()
    expect(left()).to.equal(0)
  })

  it('goes on where it was after a list that could not be had', async () => {
    let fails = true
    const batches = new DueBatches(async () => {
      if (fails) throw new Error('no list, as the test wants it')
      return [{ id: 'one' }]
    })
    const settle = async () => true
    expect(await batches.run(settle).catch((error: Error) => error.message)).to.include('no list')
    fails = false
    expect(await batches.run(settle)).to.deep.equal({ settled: 1, failed: 0 })
  })
})
