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
})
