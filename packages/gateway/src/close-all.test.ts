import { expect } from 'chai'
import { closeAll } from './close-all.ts'

describe('closeAll', () => {
  it('closes what was opened last first, each once the other is closed', async () => {
    const closed: number[] = []
    const closing = (number: number) => async () => {
      await Promise.resolve()
      closed.push(number)
    }
    await closeAll([closing(1), closing(2), () => closed.push(3)])
    expect(closed).to.deep.equal([3, 2, 1])
  })

  it('closes the rest when one cannot be closed, and throws the first failure', async () => {
    const closed: number[] = []
    const failure = await closeAll([
      () => closed.push(1),
      () => Promise.reject(new Error('second')),
      () => closed.push(3),
      () => {
        throw new Error('first')
      },
    ]).catch((error: Error) => error.message)
    expect(failure).to.equal('first')
    expect(closed).to.deep.equal([3, 1])
  })
})
