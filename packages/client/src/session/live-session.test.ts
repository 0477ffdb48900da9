import { element, NS } from '@sluice/protocol'
import { expect } from 'chai'
import { MovedClock, ScriptedConnector } from '../../test/scripted-connection.ts'
import { logTo } from '../log.ts'
import { Unreachable } from '../unreachable.ts'
import { ConnectError } from './connection.ts'
import { LiveSession } from './live-session.ts'

function session({ byToken = false } = {}) {
  const connector = new ScriptedConnector()
  const clock = new MovedClock()
  const tokens = { given: 0, failures: [] as ConnectError[] }
  const live = new LiveSession({
    connector,
    clock,
    random: () => 1,
    log: logTo(undefined),
    account: 'alice@example.org',
    domain: 'example.org',
    async login() {
      const failure = tokens.failures.shift()
      if (failure) throw failure
      tokens.given += 1
      return { username: 'alice', password: `secret ${tokens.given}`, byToken }
    },
    resource: 'one',
  })
  const states: string[] = []
  live.states.add((state) => states.push(state))
  return { live, connector, clock, states, tokens }
}

const unreachable = () => new ConnectError('unreachable', 'no answer')

describe('a session', () => {
  it('goes online with its presence', async () => {
    const { live, connector, states } = session()
    await live.open()
    expect(states).to.deep.equal(['connecting', 'online'])
    expect(connector.opened[0]?.sent.map(({ name }) => name)).to.deep.equal(['presence'])
  })

  it('asks for carbons before its presence on each stream, where the server has them', async () => {
    const { live, connector, clock } = session()
    connector.features = [NS.carbons]
    await live.open()
    await connector.opened[0]?.close()
    await clock.move(500)
    for (const stream of connector.opened) {
      expect(stream.sent.map(({ name }) => name)).to.deep.equal(['iq', 'presence'])
      const { id } = stream.sent[0]?.attrs ?? {}
      expect(String(stream.sent[0])).to.equal(
        `<iq type="set" id="${id}"><enable xmlns="${NS.carbons}"/></iq>`,
      )
    }
    expect(connector.opened).to.have.length(2)
  })

  it('goes online also when the server does not say what it can do', async () => {
    const { live, connector, clock } = session()
    connector.features = 'silent'
    const opening = live.open()
    await clock.move(10_000)
    await opening
    expect(live.state).to.equal('online')
  })

  it('says why it could not be opened, and stays offline', async () => {
    const { live, connector } = session()
    connector.failures.push(new ConnectError('not-authorized', 'wrong'))
    expect(await live.open().catch((error) => error)).to.have.property('reason', 'not-authorized')
    expect(live.state).to.equal('offline')
  })

  it('is open only once it is online, also when the first stream dies before', async () => {
    for (const refusal of [undefined, new ConnectError('not-authorized', 'wrong'), unreachable()]) {
      const { live, connector, clock } = session()
      connector.features = 'silent'
      const opening = live.open().catch((error) => error)
      await clock.move(0)
      connector.features = []
      if (refusal) connector.failures.push(refusal, refusal, refusal, refusal)
      await connector.opened[0]?.close()
      await clock.move(500)
      if (refusal?.reason === 'unreachable') await clock.move(15_000)
      await clock.move(10_000)
      const outcome = await opening
      if (refusal) expect(outcome).to.be.instanceOf(ConnectError).and.have.property('reason', refusal.reason)
      else expect(outcome).to.equal(undefined)
      expect(live.state).to.equal(refusal ? 'offline' : 'online')
    }
  })

  it('comes back after a lost connection, waiting longer after each failure', async () => {
    const { live, connector, clock, states } = session()
    await live.open()
    connector.failures.push(unreachable(), unreachable())
    const online = live.states
    const back = new Promise<void>((resolve) => online.add((state) => state === 'online' && resolve()))
    clock.delays.length = 0
    await connector.opened[0]?.close()
    await clock.move(500)
    await clock.move(1_000)
    await clock.move(2_000)
    await back
    expect(clock.delays.slice(0, 3)).to.deep.equal([500, 1_000, 2_000])
    expect(states).to.deep.equal(['connecting', 'online', 'connecting', 'online'])
  })

  it('does not try a password again that was refused', async () => {
    const { live, connector, clock } = session()
    await live.open()
    connector.failures.push(new ConnectError('not-authorized', 'wrong'))
    await connector.opened[0]?.close()
    await clock.move(500)
    expect(live.state).to.equal('offline')
    expect(connector.attempts).to.equal(2)
  })

  describe('by token', () => {
    const refused = () => new ConnectError('not-authorized', 'wrong')

    it('asks for another one for each stream', async () => {
      const { live, connector, clock } = session({ byToken: true })
      await live.open()
      expect(connector.login).to.have.property('password', 'secret 1')
      await connector.opened[0]?.close()
      await clock.move(500)
      expect(connector.login).to.have.property('password', 'secret 2')
    })

    it('tries a second one when one is refused, and no third', async () => {
      for (const [refusals, state] of [
        [1, 'online'],
        [2, 'offline'],
      ] as const) {
        const { live, connector, clock } = session({ byToken: true })
        await live.open()
        connector.failures.push(...Array.from({ length: refusals }, refused))
        await connector.opened[0]?.close()
        await clock.move(500)
        await clock.move(1_000)
        await clock.move(2_000)
        expect(live.state).to.equal(state)
        expect(connector.attempts).to.equal(3)
      }
    })

    it('fails to open with one that is refused, at once', async () => {
      const { live, connector } = session({ byToken: true })
      connector.failures.push(refused())
      expect(await live.open().catch((error) => error)).to.have.property('reason', 'not-authorized')
      expect(connector.attempts).to.equal(1)
    })

    it('asks later and later while there is none, and does not bother the server', async () => {
      const { live, connector, clock, tokens } = session({ byToken: true })
      await live.open()
      tokens.failures.push(unreachable(), unreachable())
      clock.delays.length = 0
      await connector.opened[0]?.close()
      await clock.move(500)
      await clock.move(1_000)
      expect(connector.attempts).to.equal(1)
      await clock.move(2_000)
      expect(clock.delays.slice(0, 3)).to.deep.equal([500, 1_000, 2_000])
      expect(live.state).to.equal('online')
      expect(connector.attempts).to.equal(2)
    })

    it('comes back soon after each reset, unless the stream was reset at once', async () => {
      for (const [livedMs, delays] of [
        [3_000, [500, 500, 500]],
        [900, [500, 1_000, 2_000]],
      ] as const) {
        const { live, connector, clock } = session({ byToken: true })
        await live.open()
        for (const [index, delay] of delays.entries()) {
          await clock.move(livedMs)
          clock.delays.length = 0
          await connector.opened[index]?.close('reset')
          await clock.move(delay)
          expect(clock.delays[0]).to.equal(delay)
          expect(connector.opened).to.have.length(index + 2)
        }
      }
    })
  })

  it('closes a stream whose server no longer answers a ping', async () => {
    const { live, connector, clock } = session()
    await live.open()
    await clock.move(30_000)
    await clock.move(10_000)
    expect(live.state).to.equal('connecting')
    await clock.move(500)
    expect(connector.opened).to.have.length(2)
  })

  it('says that a stanza was delivered once the ping behind it is answered on the same stream', async () => {
    const { live, connector } = session()
    await live.open()
    const [stream] = connector.opened
    if (!stream) throw new Error('no stream')
    let delivered = false
    const delivery = live.deliver(element('message', { id: 'm1' })).then(() => {
      delivered = true
    })
    const ping = await stream.iq()
    expect(stream.sent.map(({ name }) => name)).to.deep.equal(['presence', 'message', 'iq'])
    expect(delivered).to.equal(false)
    stream.answer(ping, 'example.org')
    await delivery
  })

  it('does not know what became of a stanza when the stream is lost', async () => {
    const { live, connector } = session()
    await live.open()
    const delivery = live.deliver(element('message', { id: 'm1' })).catch((error) => error)
    await connector.opened[0]?.iq()
    await connector.opened[0]?.close()
    expect(await delivery).to.be.instanceOf(Unreachable)
    expect(await live.send(element('message')).catch((error) => error)).to.be.instanceOf(Unreachable)
  })

  it('stays offline once closed', async () => {
    const { live, connector, clock } = session()
    await live.open()
    await live.close()
    await clock.move(60_000)
    expect(connector.attempts).to.equal(1)
    expect(await live.online().catch((error) => error)).to.be.instanceOf(Unreachable)
  })

  it('waits longer also when the streams that it opens die young', async () => {
    const { live, connector, clock } = session()
    await live.open()
    const waits: number[] = []
    for (const delayMs of [500, 1_000, 2_000]) {
      clock.delays.length = 0
      await connector.opened.at(-1)?.close()
      await clock.move(delayMs)
      waits.push(clock.delays[0] ?? 0)
    }
    expect(waits).to.deep.equal([500, 1_000, 2_000])
    await clock.move(30_000)
    clock.delays.length = 0
    await connector.opened.at(-1)?.close()
    expect(clock.delays[0]).to.equal(500)
  })

  it('keeps its place when its own old stream is told that it was replaced', async () => {
    const { live, connector, clock } = session()
    await live.open()
    await connector.opened[0]?.close()
    await clock.move(500)
    expect(live.state).to.equal('online')
    await connector.opened[0]?.close('conflict')
    expect(live.state).to.equal('online')
  })

  it('leaves its place to who took it, and fails what waits for it', async () => {
    const { live, connector, clock } = session()
    await live.open()
    const request = live.request({ type: 'get', payload: element('query') }).catch((error) => error)
    await connector.opened[0]?.close('conflict')
    expect(live.state).to.equal('offline')
    expect(await request).to.be.instanceOf(Unreachable)
    expect(await live.online().catch((error) => error)).to.be.instanceOf(Unreachable)
    await clock.move(60_000)
    expect(connector.attempts).to.equal(1)
  })
})
