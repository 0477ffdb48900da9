import { expect } from 'chai'
import { RecordingLogger } from '../../../test/http/scripted-gateway.ts'
import { MemoryLinkLease } from '../../../test/messaging/memory-link-lease.ts'
import { HandClock } from '../../../test/transfer/hand-clock.ts'
import { COMPONENT_LIMITS } from './component-limits.ts'
import { HeldLease } from './held-lease.ts'

const LINK = 'media.example.org'

describe('HeldLease', () => {
  it('does not give back what its node has taken again while an old renewal hung', async () => {
    const clock = new HandClock()
    const lease = new MemoryLinkLease({ clock })
    const needs = {
      lease,
      link: LINK,
      node: 'a',
      clock,
      logger: new RecordingLogger(),
      limits: COMPONENT_LIMITS,
    }
    const settled = () => new Promise((resolve) => setImmediate(resolve))
    const old = await HeldLease.take(needs)
    let fail: (error: Error) => void = () => {}
    lease.failure = new Promise((_, reject) => {
      fail = reject
    })
    clock.pass(COMPONENT_LIMITS.leaseEveryMs)
    await settled()
    clock.pass(COMPONENT_LIMITS.leaseMs)
    await settled()
    expect(old?.lost.aborted).to.equal(true)
    const released = old?.release()
    await settled()
    clock.pass(COMPONENT_LIMITS.leaseMs)
    await released
    lease.failure = undefined
    const held = await HeldLease.take(needs)
    fail(new Error('the connection was half open'))
    await settled()
    expect(await lease.holder(LINK)).to.equal('a')
    await held?.release()
    expect(await lease.holder(LINK)).to.equal(undefined)
  })
})
