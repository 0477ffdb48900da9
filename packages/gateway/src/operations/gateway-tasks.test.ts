import { expect } from 'chai'
import { gatewayTasks } from './gateway-tasks.ts'

describe('the tasks of a gateway', () => {
  const beats: string[] = []
  let left = 0
  let forgotten = 0
  const tasks = gatewayTasks({
    node: 'n1',
    ledger: {
      async beat(node) {
        beats.push(node)
      },
    },
    transfer: {
      recoverUploads: { run: async () => ({ settled: 5, waiting: 0, failed: 0 }) },
      expireUploads: { run: async () => ({ expired: left, failed: 1 }) },
      sweepUploads: { run: async () => ({ swept: left, removed: 0, failed: 1 }) },
    },
    messaging: {
      async mendPresence() {
        forgotten += 1
      },
      expireArchives: async () => left,
    },
  })

  function taskNamed(name: string) {
    const task = tasks.find((candidate) => candidate.name === name)
    if (!task) throw new Error(`no task ${name}`)
    return task
  }

  it('beats often enough that nobody takes the node for dead after one lost beat', async () => {
    const heartbeat = taskNamed('heartbeat')
    await heartbeat.run()
    expect(beats).to.deep.equal(['n1'])
    expect(2 * heartbeat.restMs).to.be.lessThan(10_000)
  })

  it('goes on at once after a full batch, and rests when all that is left failed', async () => {
    for (const name of ['expire uploads', 'sweep uploads', 'expire archives']) {
      left = 100
      expect((await taskNamed(name).run()).more, name).to.equal(true)
      left = 0
      expect((await taskNamed(name).run()).more, name).to.equal(false)
    }
  })

  it('forgets the devices of gone nodes, and rests', async () => {
    expect((await taskNamed('mend presence').run()).more).to.equal(false)
    expect(forgotten).to.equal(1)
  })

  it('never asks for recovery without a rest: what waits for its client is found each time', async () => {
    expect((await taskNamed('recover uploads').run()).more).to.equal(false)
  })
})
