import { expect } from 'chai'
import type { Clock } from '../transfer/clock.ts'
import { BackgroundWork } from './background-work.ts'

/** Time stands still until `tick` ends all rests. */
class HandClock implements Clock {
  readonly rests: number[] = []
  #wakers: (() => void)[] = []
  #onRest: (() => void) | undefined

  now(): Date {
    return new Date(0)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.rests.push(ms)
    this.#onRest?.()
    return new Promise((resolve) => {
      this.#wakers.push(resolve)
      signal?.addEventListener('abort', () => resolve())
    })
  }

  every(): () => void {
    throw new Error('not asked for')
  }

  async rested(times: number): Promise<void> {
    while (this.rests.length < times) {
      await new Promise<void>((resolve) => {
        this.#onRest = resolve
      })
    }
  }

  tick(): void {
    for (const wake of this.#wakers.splice(0)) wake()
  }
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

describe('BackgroundWork', () => {
  it('runs a task at once and after each rest', async () => {
    const clock = new HandClock()
    let runs = 0
    const run = async () => {
      runs++
      return { more: false }
    }
    const work = new BackgroundWork({ clock, logger: silent, tasks: [{ name: 'count', restMs: 70, run }] })
    work.start()
    await clock.rested(1)
    expect(runs).to.equal(1)
    clock.tick()
    await clock.rested(2)
    expect(runs).to.equal(2)
    expect(clock.rests).to.deep.equal([70, 70])
    await work.close()
  })

  it('does not rest while there is more to do', async () => {
    const clock = new HandClock()
    let left = 3
    const run = async () => ({ more: --left > 0 })
    const work = new BackgroundWork({ clock, logger: silent, tasks: [{ name: 'drain', restMs: 1, run }] })
    work.start()
    await clock.rested(1)
    expect(left).to.equal(0)
    await work.close()
  })

  it('logs a failure and goes on', async () => {
    const clock = new HandClock()
    const warnings: object[] = []
    const logger = { ...silent, warn: (fields: object) => warnings.push(fields) }
    const run = async () => {
      throw new Error('database away')
    }
    const work = new BackgroundWork({ clock, logger, tasks: [{ name: 'sweep', restMs: 1, run }] })
    work.start()
    await clock.rested(1)
    clock.tick()
    await clock.rested(2)
    expect(warnings).to.have.length(2)
    expect(warnings[0]).to.have.property('task', 'sweep')
    await work.close()
  })

  it('waits at its end for the run under way, and begins no other', async () => {
    const clock = new HandClock()
    let runs = 0
    let finish = (_: { more: boolean }) => {}
    const run = () => {
      runs++
      return new Promise<{ more: boolean }>((resolve) => {
        finish = resolve
      })
    }
    const work = new BackgroundWork({ clock, logger: silent, tasks: [{ name: 'slow', restMs: 1, run }] })
    work.start()
    let closed = false
    const closing = work.close().then(() => {
      closed = true
    })
    await Promise.resolve()
    expect(closed).to.equal(false)
    finish({ more: true })
    await closing
    expect(runs).to.equal(1)
  })
})
