import { element, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import { RecordingLogger } from '../../../test/http/scripted-gateway.ts'
import { MemoryLinkLease } from '../../../test/messaging/memory-link-lease.ts'
import { HandClock } from '../../../test/transfer/hand-clock.ts'
import { until } from '../../../test/transfer/transfer-bed.ts'
import { COMPONENT, ComponentServer } from '../../../test/xmpp/component-server.ts'
import { COMPONENT_LIMITS } from './component-limits.ts'
import { ComponentLink } from './component-link.ts'
import type { ComponentStanzas } from './component-stanzas.ts'
import { ComponentWork } from './component-work.ts'

const { jid } = COMPONENT
const { keepaliveEveryMs, leaseEveryMs, leaseMarginMs, leaseMs, longestPauseMs } = COMPONENT_LIMITS

describe('ComponentLink', () => {
  let server: ComponentServer
  let clock: HandClock
  let lease: MemoryLinkLease
  let links: ComponentLink[]
  let logger: RecordingLogger
  let answered: (stanza: XmlElement) => Promise<XmlElement | undefined>

  beforeEach(async () => {
    server = await ComponentServer.listen()
    clock = new HandClock()
    lease = new MemoryLinkLease({ clock })
    links = []
    logger = new RecordingLogger()
    answered = async ({ attrs: { from, id, to } }) =>
      element('iq', { type: 'result', id, from: to, to: from })
  })

  afterEach(async () => {
    lease.failure = undefined
    server.reception = { refuse: 'system-shutdown' }
    await server.close()
    await passUntil(Promise.all(links.map((link) => link.close())))
  })

  function start(node = 'node'): ComponentLink {
    const stanzas = { answer: (stanza: XmlElement) => answered(stanza) } as unknown as ComponentStanzas
    const work = new ComponentWork({ stanzas, clock, logger })
    const link = new ComponentLink({ address: server.address, lease, node, work, clock, logger })
    links.push(link)
    link.start()
    return link
  }

  const passUntil = <T>(work: Promise<T>) => clock.passUntil(work, 100, () => false)
  const online = (link: ComponentLink) => until(() => link.state === 'online')
  /** Lets what follows from the time that has passed happen, as far as it needs no network. */
  const settle = async () => {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  /** A renewal is due each second: no clock may jump over several. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += leaseEveryMs) {
      clock.pass(leaseEveryMs)
      await settle()
    }
  }
  const ask = (id: string, from = 'alice@example.org/phone') =>
    `<iq type='get' id='${id}' from='${from}' to='${jid}'><ping xmlns='urn:xmpp:ping'/></iq>`

  it('connects, answers, and says that it is online', async () => {
    const link = start()
    const served = await server.link(1)
    await online(link)
    served.send(ask('1'))
    await served.got(/<iq type="result" id="1" from="media.example.org" to="alice@example.org\/phone"/)
    expect(link.deliver('<message id="progress"/>')).to.equal(true)
    await served.got(/<message id="progress"\/>/)
    expect(await lease.holder(jid)).to.equal('node')
    expect(logger.of('info')).to.deep.equal(['component online'])
  })

  it('answers what comes in one packet with the end of the handshake', async () => {
    server.greeting = `<handshake/>${ask('early')}`
    start()
    const served = await server.link(1)
    await served.got(/type="result" id="early"/)
  })

  it('answers whoever waited on the new connection, and what is asked again after a loss', async () => {
    const link = start()
    const first = await server.link(1)
    await online(link)
    let release: () => void = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const answer = answered
    answered = async (stanza) => {
      await held
      return answer(stanza)
    }
    first.send(ask('lost'))
    await until(() => link.state === 'online')
    first.drop()
    const second = await passUntil(server.link(2))
    release()
    answered = answer
    await online(link)
    second.send(ask('lost'))
    await second.got(/id="lost"/)
    expect(second.received.match(/id="lost"/g)).to.have.length(1)
  })

  it('connects again, with pauses that grow to a bound, and never gives up', async () => {
    const { address } = server
    const link = start()
    await server.link(1)
    await online(link)
    await server.close()
    const pauses = () =>
      logger.lines
        .filter(({ message }) => message.startsWith('component offline'))
        .map(({ fields }) => (fields as { pauseMs: number }).pauseMs)
    await passUntil(until(() => pauses().length >= 12))
    const [first, ...more] = pauses()
    expect(first).to.be.within(125, 250)
    expect(Math.max(...more)).to.be.within(longestPauseMs / 2, longestPauseMs)
    server = await ComponentServer.listen(address.port)
    await passUntil(server.link(1))
    await online(link)
  })

  it('says which variable is wrong when the secret is, and tries less often', async () => {
    server.reception = { refuse: 'not-authorized' }
    const link = start()
    await passUntil(server.connected(9))
    expect(logger.of('error')[0]).to.include('SLUICE_COMPONENT_SECRET')
    expect(logger.of('warn')).to.deep.equal([])
    expect(JSON.stringify(logger.lines)).to.not.include(COMPONENT.secret)
    const last = logger.lines.at(-1)?.fields as { pauseMs: number }
    expect(last.pauseMs).to.be.above(longestPauseMs)
    server.reception = 'welcome'
    await passUntil(server.link(server.links.length + 1))
    await online(link)
  })

  it('says which variable is wrong when the server knows no such component', async () => {
    server.reception = { refuse: 'host-unknown' }
    start()
    await until(() => logger.of('error').length > 0)
    expect(logger.of('error')[0]).to.include('SLUICE_COMPONENT_JID')
  })

  it('comes back after a conflict, later and later, so that two do not fight', async () => {
    const link = start()
    for (let count = 1; count <= 5; count++) {
      const served = await passUntil(server.link(count))
      await until(() => link.state === 'online')
      served.refuse('conflict')
      await until(() => link.state !== 'online')
    }
    await until(() => logger.of('warn').length === 5)
    const pauses = logger.lines
      .filter(({ level }) => level === 'warn')
      .map(({ fields }) => (fields as { pauseMs: number }).pauseMs)
    expect(pauses[4]).to.be.above(1_000)
  })

  it('forgets its failures once a link has proved sound', async () => {
    const link = start()
    const dropped = async (count: number) => {
      const served = await passUntil(server.link(count))
      await online(link)
      served.drop()
      await until(() => logger.of('warn').length === count)
      return logger.lines.filter(({ level }) => level === 'warn').at(-1)?.fields
    }
    expect(await dropped(1)).to.include({ failures: 1 })
    expect(await dropped(2)).to.include({ failures: 2 })
    const third = await passUntil(server.link(3))
    await online(link)
    await settle()
    for (let passed = 0; passed < COMPONENT_LIMITS.soundAfterMs; passed += keepaliveEveryMs) {
      third.send(' ')
      await pass(keepaliveEveryMs)
    }
    expect(await dropped(3)).to.include({ failures: 1 })
  })

  describe('keeping the link alive', () => {
    it('sends whitespace while the server speaks', async () => {
      const link = start()
      const served = await server.link(1)
      await online(link)
      await pass(keepaliveEveryMs)
      await served.got(/<\/handshake> $/)
    })

    it('asks a silent server, and stays when it answers', async () => {
      const link = start()
      const served = await server.link(1)
      await online(link)
      // The first interval has heard the handshake.
      await pass(keepaliveEveryMs)
      for (let count = 1; count <= 3; count++) {
        await pass(keepaliveEveryMs)
        await served.got(new RegExp(`(<iq type="get"[^>]* to="${jid}"><ping .*){${count}}`))
        served.send(ask(`answer ${count}`))
        await served.got(new RegExp(`id="answer ${count}"`))
        await pass(keepaliveEveryMs)
      }
      expect(link.state).to.equal('online')
      expect(server.links).to.have.length(1)
    })

    it('leaves a server that gives no sign of life, whatever TCP believes', async () => {
      const link = start()
      const served = await server.link(1)
      await online(link)
      await pass(4 * keepaliveEveryMs)
      await served.ended()
      await until(() => logger.of('warn').length > 0)
      expect(logger.lines.find(({ level }) => level === 'warn')?.fields).to.include({
        reason: 'the chat server is silent',
      })
      await passUntil(server.link(2))
      await online(link)
    })
  })

  describe('of two gateways', () => {
    it('is held by one, and taken over when that one has gone silent', async () => {
      const first = start('first')
      await server.link(1)
      await online(first)
      const second = start('second')
      await settle()
      expect(second.state).to.equal('elsewhere')
      expect(second.deliver('<message/>')).to.equal(false)

      // As a killed process leaves it: nothing given back, nothing renewed.
      lease.hold = refusing(lease, 'first')
      await passUntil(server.link(2))
      await online(second)
      expect(first.state).to.not.equal('online')
    })

    it('is let go before another may have it, when the lease cannot be renewed', async () => {
      const first = start('first')
      const served = await server.link(1)
      await online(first)
      lease.failure = new Promise<never>(() => {})
      clock.pass(leaseMs - leaseMarginMs)
      await served.ended()
      expect(await lease.holder(jid)).to.equal('first')
      expect(served.received).to.not.include('</stream:stream>')
      await until(() => first.state !== 'online')
    })

    it('is let go when the other has it, be it for a moment too long asleep', async () => {
      const first = start('first')
      const served = await server.link(1)
      await online(first)
      await lease.release({ link: jid, node: 'first' })
      expect(await lease.hold({ link: jid, node: 'second', forMs: leaseMs })).to.equal(true)
      clock.pass(leaseEveryMs)
      await served.ended()
      await passUntil(until(() => first.state === 'elsewhere'))
      expect(logger.of('warn')).to.include('the lease of the component is lost')
    })

    it('outlives a database that fails for a moment', async () => {
      const first = start('first')
      const served = await server.link(1)
      await online(first)
      const failed = Promise.reject(new Error('the database is away'))
      failed.catch(() => {})
      lease.failure = failed
      clock.pass(leaseEveryMs)
      await until(() => logger.of('warn').includes('the lease of the component could not be renewed'))
      lease.failure = undefined
      await pass(2 * leaseMs)
      expect(first.state).to.equal('online')
      expect(served.over).to.equal(false)
    })

    it('goes to the other when the server cannot be reached from here', async () => {
      const { address } = server
      await server.close()
      const first = start('first')
      await passUntil(until(() => logger.of('warn').length >= 5))
      expect(first.state).to.equal('down')
      expect(await lease.hold({ link: jid, node: 'second', forMs: 10 * leaseMs })).to.equal(true)
      await passUntil(until(() => first.state === 'elsewhere'))
      server = await ComponentServer.listen(address.port)
    })

    it('goes to the other at once when this one ends in good order: answers, goodbye, lease', async () => {
      const first = start('first')
      const served = await server.link(1)
      await online(first)
      let release: () => void = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const answer = answered
      let asked = false
      answered = async (stanza) => {
        asked = true
        await held
        return answer(stanza)
      }
      served.send(ask('late'))
      await until(() => asked)
      const closed = first.close()
      await settle()
      expect(await lease.holder(jid)).to.equal('first')
      release()
      await closed
      expect(served.received).to.match(/id="late".*<\/stream:stream>$/)
      expect(await lease.holder(jid)).to.equal(undefined)
      expect(first.state).to.equal('down')
    })

    it('does not wait for ever for an answer when it ends', async () => {
      const first = start('first')
      const served = await server.link(1)
      await online(first)
      let asked = false
      answered = () => {
        asked = true
        return new Promise(() => {})
      }
      served.send(ask('never'))
      await until(() => asked)
      await passUntil(first.close())
      expect(served.received).to.match(/<\/stream:stream>$/)
    })
  })
})

/** The lease as everybody but `node` sees it: a renewal of that one fails. */
function refusing(lease: MemoryLinkLease, node: string): MemoryLinkLease['hold'] {
  const hold = lease.hold.bind(lease)
  return async (request) => {
    if (request.node === node) throw new Error('this process is gone')
    return hold(request)
  }
}
