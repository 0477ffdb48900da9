import { expect } from 'chai'
import type { Journey, Trouble } from './kept.ts'
import { nextStep } from './next-step.ts'
import { BEFORE_ALL, type Shown } from './tour-state.ts'

describe('the next step of the tour', () => {
  const network = { url: '', bytesPerSecond: null, carried: { up: 0, down: 0 } }
  const networks = (connected: boolean) => ({
    server: {
      starts: 1,
      gateway: { url: '', domain: '' },
      networks: { alice: { ...network, connected }, bob: { ...network, connected } },
    },
  })
  const journey = (change: Partial<Journey> = {}): Shown['journey'] => ({
    ...{ msgId: 'm1', name: 'a.bin', size: 100, phase: 'sending', paused: false, committed: 0, received: 0 },
    ...{ wire: { up: 0, down: 0 }, counters: { up: 0, down: 0 }, lines: [] },
    ...change,
  })
  const step = (change: Partial<Shown>) =>
    nextStep({ ...BEFORE_ALL, stage: 'ready', ...networks(true), ...change })

  it('is to make a file, then one trouble after the other, then to let it arrive', () => {
    expect(step({}).action).to.equal('make')
    const tried: Trouble[] = []
    for (const trouble of ['cancel', 'cut', 'reload', 'restart'] as const) {
      expect(step({ journey: journey(), tried: [...tried] }).action).to.equal(trouble)
      tried.push(trouble)
    }
    expect(step({ journey: journey(), tried }).action).to.equal(undefined)
    expect(step({ journey: journey({ phase: 'arrived' }), tried })).to.include({
      label: 'Done',
      action: 'again',
    })
  })

  it('is to end the trouble that there is, before anything else', () => {
    expect(step({ journey: journey({ paused: true }) }).action).to.equal('resume')
    expect(step({ journey: journey(), ...networks(false) }).action).to.equal('restore')
    expect(step({ journey: journey({ paused: true }), ...networks(false) }).action).to.equal('restore')
  })

  it('is to wait while something takes its time', () => {
    const waits = [
      { making: { what: 'making', done: 1, size: 2 } },
      { journey: journey(), restarting: true },
      { journey: journey({ phase: 'receiving' }), making: { what: 'checking', done: 1, size: 2 } },
    ] as const
    for (const shown of waits) {
      expect(step(shown).label, JSON.stringify(shown)).to.equal('Now')
      expect(step(shown).action).to.equal(undefined)
    }
  })
})
