import { expect } from 'chai'
import type { Journey } from './kept.ts'
import { addWire } from './wire.ts'

describe('the wire of a journey', () => {
  const journey = (): Journey => ({
    msgId: 'm1',
    name: 'a.bin',
    size: 100,
    phase: 'sending',
    paused: false,
    committed: 0,
    received: 0,
    wire: { up: 0, down: 0 },
    counters: { up: 1000, down: 50 },
    lines: [],
  })

  it('is what the counters have grown by since it began', () => {
    const one = journey()
    addWire(one, { up: 1060, down: 50 })
    addWire(one, { up: 1100, down: 57 })
    expect(one.wire).to.deep.equal({ up: 100, down: 7 })
  })

  it('goes on when the counters begin anew with another process', () => {
    const one = journey()
    addWire(one, { up: 1060, down: 60 })
    addWire(one, { up: 40, down: 5 })
    expect(one.wire).to.deep.equal({ up: 100, down: 15 })
  })
})
