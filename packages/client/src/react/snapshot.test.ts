import { expect } from 'chai'
import { Snapshot } from './snapshot.ts'

describe('a snapshot', () => {
  it('is watched while somebody listens, and tells only of what has changed', () => {
    let value = 1
    let changed = () => {}
    const watching: string[] = []
    const snapshot = new Snapshot<number>({
      initial: 0,
      read: () => value,
      watch(tell) {
        watching.push('begins')
        changed = tell
        return () => watching.push('ends')
      },
    })
    expect(snapshot.get()).to.equal(1)
    value = 2
    const told: string[] = []
    const removes = ['one', 'two'].map((name) => snapshot.subscribe(() => told.push(name)))
    expect(snapshot.get()).to.equal(2)
    value = 3
    // Between two changes that it is told of, all see the same.
    expect(snapshot.get()).to.equal(2)
    changed()
    changed()
    expect(snapshot.get()).to.equal(3)
    expect(told).to.deep.equal(['one', 'two'])
    for (const remove of [...removes, ...removes]) remove()
    expect(watching).to.deep.equal(['begins', 'ends'])
  })
})
