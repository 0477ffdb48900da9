import { EventEmitter as NodeEmitter } from 'node:events'
import { expect } from 'chai'
import { EventEmitter } from './event-emitter.ts'

for (const [name, create] of [
  ['ours', () => new EventEmitter()],
  ["Node's", () => new NodeEmitter()],
] as const) {
  describe(`an EventEmitter, ${name}`, () => {
    it('calls who listens with the values, in order, and says whether anybody did', () => {
      const emitter = create()
      const heard: unknown[] = []
      emitter.on('a', (...values) => heard.push(['first', ...values]))
      emitter.addListener('a', (...values) => heard.push(['second', ...values]))
      expect(emitter.emit('a', 1 as never, 2 as never)).to.equal(true)
      expect(emitter.emit('b')).to.equal(false)
      expect(heard).to.deep.equal([
        ['first', 1, 2],
        ['second', 1, 2],
      ])
    })

    it('calls once who wants that, also when it is emitted again meanwhile', () => {
      const emitter = create()
      let calls = 0
      emitter.once('a', () => {
        calls += 1
        emitter.emit('a')
      })
      emitter.emit('a')
      expect(calls).to.equal(1)
    })

    it('forgets one listener at a time, also one that would hear once', () => {
      const emitter = create()
      let calls = 0
      const listener = () => {
        calls += 1
      }
      emitter.on('a', listener).on('a', listener).once('b', listener)
      emitter.removeListener('a', listener).removeListener('b', listener)
      expect(['a', 'b', 'c'].map((event) => emitter.listenerCount(event))).to.deep.equal([1, 0, 0])
      emitter.emit('a')
      emitter.emit('b')
      expect(calls).to.equal(1)
    })

    it('calls who was there when it began', () => {
      const emitter = create()
      const heard: string[] = []
      const late = () => heard.push('late')
      emitter.on('a', () => {
        emitter.on('a', late)
        emitter.removeListener('a', second)
      })
      const second = () => heard.push('second')
      emitter.on('a', second)
      emitter.emit('a')
      expect(heard).to.deep.equal(['second'])
    })

    it('throws an error that nobody hears', () => {
      const error = new Error('unheard')
      expect(() => create().emit('error', error as never)).to.throw(error)
    })
  })
}
