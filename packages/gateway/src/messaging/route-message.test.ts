import { element, NS, Refusal, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import { DOMAIN, MessagingBed } from '../../test/messaging/messaging-bed.ts'
import { ScriptedSession } from '../../test/messaging/scripted-session.ts'
import { until } from '../../test/transfer/transfer-bed.ts'
import type { Messaging } from './create-messaging.ts'
import { StanzaFailure } from './stanza-failure.ts'

const ALICE = `alice@${DOMAIN}/phone`
const BOB = `bob@${DOMAIN}`

function message(type: string | undefined, to: string | undefined, ...children: (XmlElement | string)[]) {
  const content = children.length > 0 ? children : [element('body', {}, 'hi')]
  return element('message', { xmlns: NS.client, type, from: ALICE, to }, ...content)
}

describe('RouteMessage', () => {
  let bed: MessagingBed
  let messaging: Messaging

  beforeEach(async () => {
    bed = new MessagingBed({ maxMessages: 3 })
    messaging = bed.join()
    await messaging.accounts.add({ name: 'bob', password: 'secret' })
  })

  afterEach(() => messaging.close())

  const join = (resource: string, priority?: number) =>
    ScriptedSession.join(messaging, `${BOB}/${resource}`, priority)
  const waiting = async () =>
    (await bed.offline.list(BOB, { limit: 10, except: [] })).map(({ frame }) => frame)

  async function outcome(stanza: XmlElement): Promise<string> {
    try {
      await messaging.routeMessage.run(stanza)
      return 'taken'
    } catch (error) {
      if (error instanceof StanzaFailure) return error.condition
      if (error instanceof Refusal) return error.code
      throw error
    }
  }

  describe('to a bare JID (RFC 6121 §8.5.2)', () => {
    for (const type of ['chat', 'normal', undefined, 'no-such-type']) {
      it(`brings type ${type ?? 'none'} to the devices of the highest priority`, async () => {
        const [low, first, second] = [join('low', 1), join('first', 5), join('second', 5)]
        expect(await outcome(message(type, BOB))).to.equal('taken')
        expect([low.bodies, first.bodies, second.bodies]).to.deep.equal([[], ['hi'], ['hi']])
        expect(await waiting()).to.deep.equal([])
      })
    }

    for (const type of ['chat', 'normal', undefined, 'no-such-type']) {
      it(`stores type ${type ?? 'none'} for somebody who has no device`, async () => {
        expect(await outcome(message(type, BOB))).to.equal('taken')
        expect(await waiting()).to.have.length(1)
      })
    }

    it('stores chat for somebody whose devices have negative priority, or sent no presence', async () => {
      const [negative, silent] = [join('negative', -1), join('silent')]
      expect(await outcome(message('chat', BOB))).to.equal('taken')
      expect([negative.bodies, silent.bodies]).to.deep.equal([[], []])
      expect(await waiting()).to.have.length(1)
    })

    it('brings a headline to every device that is not of negative priority, and stores none', async () => {
      const [low, high, negative] = [join('low', 0), join('high', 9), join('negative', -1)]
      expect(await outcome(message('headline', BOB))).to.equal('taken')
      expect([low.bodies, high.bodies, negative.bodies]).to.deep.equal([['hi'], ['hi'], []])
      low.reads = high.reads = false
      expect(await outcome(message('headline', BOB))).to.equal('taken')
      expect(await waiting()).to.deep.equal([])
    })

    it('refuses groupchat and drops an error', async () => {
      const bob = join('phone', 0)
      expect(await outcome(message('groupchat', BOB))).to.equal('service-unavailable')
      expect(await outcome(message('error', BOB))).to.equal('taken')
      expect(bob.bodies).to.deep.equal([])
      expect(await waiting()).to.deep.equal([])
    })

    it('stores what the only device does not take any more', async () => {
      join('phone', 0).reads = false
      expect(await outcome(message('chat', BOB))).to.equal('taken')
      expect(await waiting()).to.have.length(1)
    })
  })

  describe('to a full JID (RFC 6121 §8.5.3)', () => {
    it('reaches that device only, whatever its priority and presence', async () => {
      const [silent, other] = [join('silent'), join('other', 5)]
      expect(await outcome(message('chat', `${BOB}/silent`))).to.equal('taken')
      expect([silent.bodies, other.bodies]).to.deep.equal([['hi'], []])
    })

    it('goes to the account when the device is gone and the type is chat or normal', async () => {
      const other = join('other', 0)
      for (const type of ['chat', 'normal']) await outcome(message(type, `${BOB}/gone`))
      expect(other.bodies).to.deep.equal(['hi', 'hi'])
    })

    it('drops a headline and an error to a device that is gone, and refuses groupchat', async () => {
      const other = join('other', 0)
      expect(await outcome(message('headline', `${BOB}/gone`))).to.equal('taken')
      expect(await outcome(message('error', `${BOB}/gone`))).to.equal('taken')
      expect(await outcome(message('groupchat', `${BOB}/gone`))).to.equal('service-unavailable')
      expect(other.bodies).to.deep.equal([])
      expect(await waiting()).to.deep.equal([])
    })
  })

  describe('to anywhere else', () => {
    const elsewhere: [to: string, condition: string][] = [
      [`nobody@${DOMAIN}`, 'service-unavailable'],
      [DOMAIN, 'service-unavailable'],
      ['bob@elsewhere.org', 'remote-server-not-found'],
      ['b b@example.org', 'bad-jid'],
    ]
    for (const [to, condition] of elsewhere) {
      it(`answers ${condition} for ${to}`, async () => {
        expect(await outcome(message('chat', to))).to.equal(condition)
      })
    }

    it('takes a message without `to` for the sender’s own account (RFC 6120 §10.3.1)', async () => {
      const alice = ScriptedSession.join(messaging, ALICE, 0)
      expect(await outcome(message('chat', undefined))).to.equal('taken')
      expect(alice.bodies).to.deep.equal(['hi'])
    })

    it('prepares the address', async () => {
      const bob = join('Phone', 0)
      expect(await outcome(message('chat', `BOB@EXAMPLE.org/Phone`))).to.equal('taken')
      expect(bob.received.at(-1)).to.include(`to="${BOB}/Phone"`)
    })
  })

  describe('for somebody who is away', () => {
    it('stamps the time at which the message came (XEP-0203)', async () => {
      await outcome(message('chat', BOB))
      const [frame] = await waiting()
      const stamp = bed.clock.now().toISOString()
      expect(frame).to.include(`<delay xmlns="urn:xmpp:delay" from="${DOMAIN}" stamp="${stamp}"/>`)
    })

    it('drops a stamp that the sender gave in the server’s name', async () => {
      const forged = element('delay', { xmlns: NS.delay, from: DOMAIN, stamp: '2001-01-01T00:00:00Z' })
      await outcome(message('chat', BOB, element('body', {}, 'hi'), forged))
      expect((await waiting())[0]).not.to.include('2001')
    })

    const hints = ['no-store', 'no-permanent-store']
    for (const hint of hints) {
      it(`respects ${hint}, and says that the text was not delivered`, async () => {
        const stanza = message('chat', BOB, element('body', {}, 'hi'), element(hint, { xmlns: NS.hints }))
        expect(await outcome(stanza)).to.equal('service-unavailable')
        expect(await waiting()).to.deep.equal([])
      })
    }

    it('forgets a chat state that nobody sees', async () => {
      const typing = element('composing', { xmlns: 'http://jabber.org/protocol/chatstates' })
      expect(await outcome(message('chat', BOB, typing))).to.equal('taken')
      expect(await waiting()).to.deep.equal([])
    })

    it('keeps a message without a body that says something, such as a receipt', async () => {
      expect(
        await outcome(message('chat', BOB, element('received', { xmlns: NS.receipts, id: '1' }))),
      ).to.equal('taken')
      expect(await waiting()).to.have.length(1)
    })

    it('answers service-unavailable when the mailbox is full', async () => {
      for (let count = 0; count < 3; count++) expect(await outcome(message('chat', BOB))).to.equal('taken')
      expect(await outcome(message('chat', BOB))).to.equal('service-unavailable')
    })

    it('reaches a receiver who came online while the message went into the store', async () => {
      const put = bed.offline.put.bind(bed.offline)
      let bob: ScriptedSession | undefined
      bed.offline.put = async (stored) => {
        bob = join('phone', 0)
        await new Promise((resolve) => setImmediate(resolve))
        return put(stored)
      }
      bed.bus.isBroken = true
      await outcome(message('chat', BOB))
      await until(async () => (await waiting()).length === 0)
      expect(bob?.bodies).to.deep.equal(['hi'])
    })
  })

  describe('while a mailbox is being emptied (RFC 6120 §10.1)', () => {
    /** Bob's phone, which has been given what waited and says that it is behind it when the test lets it. */
    async function slowBob(...waited: string[]) {
      for (const text of waited) await messaging.routeMessage.run(textOf(text))
      const bob = new ScriptedSession(`${BOB}/phone`)
      const answers: ((isBehind: boolean) => void)[] = []
      bob.confirms = () => new Promise((resolve) => answers.push(resolve))
      messaging.sessions.add(bob)
      bob.say(messaging, 0)
      await until(() => answers.length > 0)
      return Object.assign(bob, { answer: () => void answers.shift()?.(true) })
    }
    const textOf = (text: string, to = BOB) => message('chat', to, element('body', {}, text))
    const emptied = () => until(async () => (await waiting()).length === 0)

    for (const to of [BOB, `${BOB}/phone`]) {
      it(`puts a message to ${to} behind what waits`, async () => {
        const big = 'x'.repeat(30_000)
        const bob = await slowBob(big, 'two'.repeat(1_000))
        expect(bob.bodies).to.deep.equal([big])
        expect(await outcome(textOf('live', to))).to.equal('taken')
        expect(bob.bodies).to.deep.equal([big])
        bob.answer()
        await until(() => bob.bodies.length === 3)
        expect(bob.bodies[2]).to.equal('live')
        bob.answer()
        await emptied()
        expect(bob.received.filter((frame) => frame.includes('live'))).to.have.length(1)
      })
    }

    it('asks the store for nothing once the mailbox is empty', async () => {
      const bob = await slowBob('one')
      bob.answer()
      await emptied()
      await new Promise((resolve) => setImmediate(resolve))
      const asked: string[] = []
      bed.offline.put = async ({ to }) => {
        asked.push(to)
        return 'full'
      }
      expect(await outcome(textOf('live'))).to.equal('taken')
      expect(bob.bodies).to.deep.equal(['one', 'live'])
      expect(asked).to.deep.equal([])
    })

    it('brings what is for one device to that one alone, and to another one once that is gone', async () => {
      const bob = await slowBob('one')
      const tablet = join('tablet', 0)
      await until(() => tablet.bodies.length === 1)
      expect(await outcome(textOf('for the phone', `${BOB}/phone`))).to.equal('taken')
      expect(await outcome(textOf('for all'))).to.equal('taken')
      await until(() => tablet.bodies.length === 2)
      expect(bob.bodies).to.deep.equal(['one', 'for the phone', 'for all'])
      expect(tablet.bodies).to.deep.equal(['one', 'for all'])
      messaging.updatePresence.drop(bob)
      await outcome(textOf('last'))
      await emptied()
      expect(tablet.bodies).to.deep.equal(['one', 'for all', 'for the phone', 'last'])
    })

    it('lets what is not stored go at once', async () => {
      const bob = await slowBob('one')
      const hint = element('no-store', { xmlns: NS.hints })
      expect(await outcome(message('chat', BOB, element('body', {}, 'secret'), hint))).to.equal('taken')
      expect(await outcome(message('headline', BOB, element('body', {}, 'news')))).to.equal('taken')
      expect(bob.bodies).to.deep.equal(['one', 'secret', 'news'])
    })

    it('lets a message to a device that the mailbox is not for go at once', async () => {
      await slowBob('one')
      const silent = join('silent')
      expect(await outcome(textOf('live', `${BOB}/silent`))).to.equal('taken')
      expect(silent.bodies).to.deep.equal(['live'])
    })

    it('lets a message go at once, unstamped, where the mailbox is full', async () => {
      const bob = await slowBob('one', 'two', 'three')
      expect(await outcome(textOf('live'))).to.equal('taken')
      expect(bob.bodies).to.deep.equal(['one', 'two', 'three', 'live'])
      expect(bob.received.at(-1)).not.to.include('delay')
    })

    it('lets a message go at once where the store fails, and refuses it only when no device takes it', async () => {
      const bob = await slowBob('one')
      bed.offline.put = () => Promise.reject(new Error('the store is down'))
      expect(await outcome(textOf('live'))).to.equal('taken')
      expect(bob.bodies).to.deep.equal(['one', 'live'])
      bob.reads = false
      const error = await messaging.routeMessage.run(textOf('lost')).catch((reason: unknown) => reason)
      expect(error).to.have.property('message', 'the store is down')
    })

    it('puts a message behind what waits since a delivery failed', async () => {
      const list = bed.offline.list.bind(bed.offline)
      await outcome(textOf('one'))
      bed.offline.list = () => Promise.reject(new Error('the store is down'))
      const bob = join('phone', 0)
      await until(() => bed.logged.some(({ level }) => level === 'error'))
      bed.offline.list = list
      expect(await outcome(textOf('live'))).to.equal('taken')
      await emptied()
      expect(bob.bodies).to.deep.equal(['one', 'live'])
    })

    it('keeps the order of a sender at another node', async () => {
      const other = bed.join(bed.bus.join('other'))
      const bob = await slowBob('one')
      await other.routeMessage.run(textOf('two'))
      expect(await outcome(textOf('three'))).to.equal('taken')
      bob.answer()
      await until(() => bob.bodies.length === 3)
      expect(bob.bodies).to.deep.equal(['one', 'two', 'three'])
      await other.close()
    })
  })
})
