import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { Kept } from './kept.ts'

/** Its keys are its own properties, as those of the browser's are. */
class MapLikeStorage {
  [key: string]: unknown

  getItem(key: string): unknown {
    return this[key] ?? null
  }

  setItem(key: string, value: string): void {
    this[key] = value
  }

  removeItem(key: string): void {
    delete this[key]
  }
}

describe('what the page remembers of an account', () => {
  before(() => Object.assign(globalThis, { localStorage: new MapLikeStorage() }))
  after(() => Reflect.deleteProperty(globalThis, 'localStorage'))

  it('is there for the next run', () => {
    new Kept('alice@example.org').keepMarks('bob@example.org', { read: '1' })
    const next = new Kept('alice@example.org')
    expect(next.partners()).to.deep.equal(['bob@example.org'])
    expect(next.marksOf('bob@example.org')).to.deep.equal({ read: '1' })
  })

  it('is nothing once it is forgotten, whatever comes late', () => {
    const kept = new Kept('alice@example.org')
    kept.keepDraft('bob@example.org', 'Dear Bob')
    kept.forget()
    kept.keepMarks('bob@example.org', { read: '2' })
    expect(Object.keys(localStorage)).to.deep.equal([])
  })
})
