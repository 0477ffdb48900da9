import { element, NS, Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { DOMAIN, MessagingBed } from '../../test/messaging/messaging-bed.ts'
import { ScriptedSession } from '../../test/messaging/scripted-session.ts'
import type { SubscriptionType } from './contact-moves.ts'
import type { Messaging } from './create-messaging.ts'
import { rosterItem } from './roster-item.ts'
import { StanzaFailure } from './stanza-failure.ts'

const ALICE = `alice@${DOMAIN}`
const BOB = `bob@${DOMAIN}`

describe('ChangeContacts', () => {
  let bed: MessagingBed
  let messaging: Messaging
  let elsewhere: Messaging

  beforeEach(async () => {
    bed = new MessagingBed()
    messaging = bed.join(bed.bus.join('one'))
    elsewhere = bed.join(bed.bus.join('two'))
    for (const name of ['alice', 'bob']) await messaging.accounts.add({ name, password: 'secret' })
  })

  afterEach(() => Promise.all([messaging.close(), elsewhere.close()]))

  const settled = async () => {
    for (const node of [messaging, elsewhere]) await node.settled()
  }
  const subscribe = async (account: string, type: SubscriptionType, jid: string) => {
    const frame = element('presence', { xmlns: NS.client, type, from: account, to: jid }).toString()
    await messaging.changeContacts.subscribe({ account, jid, type, frame })
    await settled()
  }
  const befriend = async () => {
    for (const [one, other] of [
      [ALICE, BOB],
      [BOB, ALICE],
    ] as const) {
      await subscribe(one, 'subscribe', other)
      await subscribe(other, 'subscribed', one)
    }
  }
  const roster = async (account: string) =>
    (await messaging.contacts.list(account)).filter(({ listed }) => listed).map(rosterItem)
  const subscriptions = async () =>
    (await Promise.all([ALICE, BOB].map(roster))).map(([item]) =>
      item === undefined ? undefined : `${item.subscription}${item.pending ? '+asked' : ''}`,
    )
  const refused = async (work: Promise<unknown>) => {
    const error = await work.catch((reason: unknown) => reason)
    if (error instanceof StanzaFailure) return error.condition
    return error instanceof Refusal ? error.code : 'taken'
  }
  /** A device that has asked for its roster. */
  const device = (full: string, at = messaging) => {
    const session = ScriptedSession.join(at, full, 0)
    at.sessions.wish(full, 'roster')
    return session
  }
  const short = (frame: string) => {
    const attr = (name: string) => new RegExp(`^<\\w+[^>]* ${name}="([^"]*)"`).exec(frame)?.[1]
    if (!frame.startsWith('<iq ')) return `${attr('type') ?? 'available'} from ${attr('from')}`
    return `push ${/<item .*?\/?>/.exec(frame)?.[0].replace(/ xmlns="[^"]*"/, '')}`
  }
  const news = async (session: ScriptedSession) => {
    await settled()
    return session.received.splice(0).map(short)
  }

  describe('to a roster', () => {
    it('adds, renames and removes a contact, and pushes each to the devices that asked, on every node', async () => {
      const devices = [device(`${ALICE}/phone`), device(`${ALICE}/tablet`, elsewhere)]
      const silent = ScriptedSession.join(messaging, `${ALICE}/silent`, 0)
      for (const session of [...devices, silent]) await news(session)
      const { changeContacts } = messaging
      await changeContacts.set(ALICE, { jid: 'BOB@example.org', name: 'Bob', groups: ['Friends'] })
      expect(await roster(ALICE)).to.deep.equal([
        { jid: BOB, name: 'Bob', subscription: 'none', pending: undefined, groups: ['Friends'] },
      ])
      await settled()
      await changeContacts.set(ALICE, { jid: BOB, name: '', groups: [] })
      await settled()
      await changeContacts.remove(ALICE, BOB)
      expect(await roster(ALICE)).to.deep.equal([])
      for (const session of devices) {
        expect(await news(session)).to.deep.equal([
          `push <item jid="${BOB}" name="Bob" subscription="none">`,
          `push <item jid="${BOB}" subscription="none"/>`,
          `push <item jid="${BOB}" subscription="remove"/>`,
        ])
      }
      expect(await news(silent)).to.deep.equal([])
    })

    const items: [
      what: string,
      item: Partial<{ jid: string; name: string; groups: string[] }>,
      no: string,
    ][] = [
      ['an address that is none', { jid: 'a b' }, 'bad-jid'],
      ['a device', { jid: `${BOB}/phone` }, 'bad-request'],
      ['oneself', { jid: ALICE }, 'not-allowed'],
      ['too long a name', { name: 'x'.repeat(1024) }, 'not-acceptable'],
      ['too long a group', { groups: ['x'.repeat(1024)] }, 'not-acceptable'],
      ['a group without a name', { groups: [''] }, 'not-acceptable'],
      ['33 groups', { groups: Array.from({ length: 33 }, (_, index) => `${index}`) }, 'not-acceptable'],
      ['a group twice', { groups: ['a', 'a'] }, 'bad-request'],
    ]
    for (const [what, item, condition] of items) {
      it(`adds not ${what}: ${condition}`, async () => {
        const work = messaging.changeContacts.set(ALICE, { jid: BOB, groups: [], ...item })
        expect(await refused(work)).to.equal(condition)
        expect(await roster(ALICE)).to.deep.equal([])
      })
    }

    it('adds somebody of another domain, removes nobody who is not there, and holds 1,000', async () => {
      await messaging.changeContacts.set(ALICE, { jid: 'carol@elsewhere.org', groups: [] })
      expect(await refused(messaging.changeContacts.remove(ALICE, BOB))).to.equal('item-not-found')
      for (let count = 1; count < 1000; count++)
        await messaging.changeContacts.set(ALICE, { jid: `${count}@elsewhere.org`, groups: [] })
      const more = messaging.changeContacts.set(ALICE, { jid: BOB, groups: [] })
      expect(await refused(more)).to.equal('resource-constraint')
    })
  })

  describe('by subscriptions', () => {
    it('asks, and after a yes shows the presence of each to the other', async () => {
      const alice = device(`${ALICE}/phone`)
      const bob = device(`${BOB}/phone`, elsewhere)
      for (const session of [alice, bob]) await news(session)
      await subscribe(ALICE, 'subscribe', BOB)
      expect(await subscriptions()).to.deep.equal(['none+asked', undefined])
      expect(await news(alice)).to.deep.equal([
        `push <item jid="${BOB}" subscription="none" ask="subscribe"/>`,
      ])
      expect(await news(bob)).to.deep.equal([`subscribe from ${ALICE}`])
      await subscribe(BOB, 'subscribed', ALICE)
      expect(await subscriptions()).to.deep.equal(['to', 'from'])
      expect(await news(bob)).to.deep.equal([`push <item jid="${ALICE}" subscription="from"/>`])
      expect(await news(alice)).to.deep.equal([
        `subscribed from ${BOB}`,
        `push <item jid="${BOB}" subscription="to"/>`,
        `available from ${BOB}/phone`,
      ])
      await subscribe(BOB, 'subscribe', ALICE)
      await subscribe(ALICE, 'subscribed', BOB)
      expect(await subscriptions()).to.deep.equal(['both', 'both'])
      expect((await news(bob)).at(-1)).to.equal(`available from ${ALICE}/phone`)
    })

    it('keeps a question until it is answered, and asks each device that comes', async () => {
      await subscribe(ALICE, 'subscribe', BOB)
      await subscribe(ALICE, 'subscribe', BOB)
      for (const resource of ['phone', 'tablet'])
        expect(
          (await news(device(`${BOB}/${resource}`))).filter((told) => told.startsWith('subscr')),
        ).to.deep.equal([`subscribe from ${ALICE}`])
      await subscribe(BOB, 'unsubscribed', ALICE)
      expect(await subscriptions()).to.deep.equal(['none', undefined])
      expect(await news(device(`${BOB}/late`))).not.to.include(`subscribe from ${ALICE}`)
    })

    it('says nothing to a question that was answered by yes before, since some clients ask again then', async () => {
      await befriend()
      const alice = device(`${ALICE}/phone`)
      await news(alice)
      await subscribe(ALICE, 'subscribe', BOB)
      expect(await news(alice)).to.deep.equal([])
      expect(await subscriptions()).to.deep.equal(['both', 'both'])
    })

    it('takes no yes that nobody asked for', async () => {
      await subscribe(BOB, 'subscribed', ALICE)
      expect(await subscriptions()).to.deep.equal([undefined, undefined])
    })

    for (const [how, end, after] of [
      ['stops watching', () => subscribe(ALICE, 'unsubscribe', BOB), ['from', 'to']],
      ['is no longer shown', () => subscribe(BOB, 'unsubscribed', ALICE), ['from', 'to']],
      ['removes the other', () => messaging.changeContacts.remove(ALICE, BOB), [undefined, 'none']],
    ] as const) {
      it(`loses sight of the other when one ${how}`, async () => {
        await befriend()
        device(`${BOB}/phone`)
        const alice = device(`${ALICE}/phone`)
        await news(alice)
        await end()
        expect(await subscriptions()).to.deep.equal(after)
        const told = await news(alice)
        expect(told).to.include(`unavailable from ${BOB}/phone`)
        ScriptedSession.join(messaging, `${BOB}/other`, 0)
        expect(await news(alice)).to.deep.equal([])
      })
    }

    it('says which way it ended to who was removed from a roster', async () => {
      await befriend()
      device(`${ALICE}/phone`)
      const bob = device(`${BOB}/phone`)
      await news(bob)
      await messaging.changeContacts.remove(ALICE, BOB)
      expect(await news(bob)).to.deep.equal([
        `unsubscribe from ${ALICE}`,
        `unsubscribed from ${ALICE}`,
        `push <item jid="${ALICE}" subscription="none"/>`,
        `unavailable from ${ALICE}/phone`,
        `unavailable from ${ALICE}`,
      ])
    })

    it('says of a name that nobody has that there is none', async () => {
      expect(await refused(subscribe(ALICE, 'subscribe', `nobody@${DOMAIN}`))).to.equal('item-not-found')
      expect(await roster(ALICE)).to.deep.equal([])
    })

    it('tells those who knew a removed account', async () => {
      await befriend()
      const alice = device(`${ALICE}/phone`)
      device(`${BOB}/phone`, elsewhere)
      await news(alice)
      await messaging.accounts.remove('bob')
      expect(await news(alice)).to.include.members([
        `unsubscribe from ${BOB}`,
        `unsubscribed from ${BOB}`,
        `push <item jid="${BOB}" subscription="none"/>`,
        `unavailable from ${BOB}`,
      ])
    })
  })

  describe('and so presence', () => {
    for (const where of ['this node', 'another node']) {
      it(`of somebody at ${where} is told as it comes, changes and goes, to who may see it alone`, async () => {
        await befriend()
        const at = where === 'this node' ? messaging : elsewhere
        const alice = device(`${ALICE}/phone`)
        await messaging.accounts.add({ name: 'carol', password: 'secret' })
        const carol = device(`carol@${DOMAIN}/phone`)
        for (const session of [alice, carol]) await news(session)
        const bob = ScriptedSession.join(at, `${BOB}/phone`, 0)
        expect(await news(alice)).to.deep.equal([`available from ${BOB}/phone`])
        bob.say(at, -1)
        await settled()
        expect(alice.received.at(-1)).to.equal(
          `<presence to="${ALICE}" xmlns="jabber:client" from="${BOB}/phone"><priority>-1</priority></presence>`,
        )
        await news(alice)
        at.updatePresence.drop(bob)
        expect(await news(alice)).to.deep.equal([`unavailable from ${BOB}/phone`])
        expect((await news(carol)).filter((told) => told.includes(BOB))).to.deep.equal([])
      })

      it(`of whom one may see at ${where} is there after the login`, async () => {
        await befriend()
        ScriptedSession.join(where === 'this node' ? messaging : elsewhere, `${BOB}/phone`, 0)
        await settled()
        expect(await news(device(`${ALICE}/phone`))).to.deep.equal([
          `available from ${ALICE}/phone`,
          `available from ${BOB}/phone`,
        ])
      })
    }

    it('of a device is told to those of its account at other nodes', async () => {
      const here = device(`${ALICE}/here`)
      await settled()
      const there = device(`${ALICE}/there`, elsewhere)
      expect(await news(here)).to.deep.equal([
        `available from ${ALICE}/here`,
        `available from ${ALICE}/there`,
      ])
      expect((await news(there)).toSorted()).to.deep.equal([
        `available from ${ALICE}/here`,
        `available from ${ALICE}/there`,
      ])
    })

    it('of devices whose node is gone ends', async () => {
      await befriend()
      ScriptedSession.join(elsewhere, `${BOB}/phone`, 0)
      const alice = device(`${ALICE}/phone`)
      await news(alice)
      bed.presences.gone.add('node 2')
      await elsewhere.close()
      await messaging.mendPresence()
      expect(await news(alice)).to.deep.equal([`unavailable from ${BOB}/phone`])
    })

    it('of devices whose node was silent, and taken for gone, comes back', async () => {
      await befriend()
      const bob = ScriptedSession.join(elsewhere, `${BOB}/phone`, 0)
      const alice = device(`${ALICE}/phone`)
      await news(alice)
      bed.presences.gone.add('node 2')
      await elsewhere.mendPresence()
      expect(await news(alice)).to.deep.equal([])
      await messaging.mendPresence()
      await settled()
      expect((await news(alice)).at(-1)).to.equal(`available from ${BOB}/phone`)
      elsewhere.updatePresence.drop(bob)
      expect(await news(alice)).to.deep.equal([`unavailable from ${BOB}/phone`])
    })

    it('that changes faster than it can be told is told as it stands', async () => {
      await befriend()
      const alice = device(`${ALICE}/phone`)
      const bob = ScriptedSession.join(messaging, `${BOB}/phone`, 0)
      await news(alice)
      let release = () => {}
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      const find = bed.presences.find.bind(bed.presences)
      bed.presences.find = (full) => released.then(() => find(full))
      for (let priority = 1; priority <= 50; priority++) {
        bob.say(messaging, priority)
        await messaging.updatePresence.settled()
      }
      release()
      await settled()
      expect(alice.received.at(-1)).to.include('<priority>50<')
      expect(await news(alice)).to.have.length.below(5)
    })

    it('that is too long to go to everybody is refused', async () => {
      const alice = device(`${ALICE}/phone`)
      const long = element(
        'presence',
        { xmlns: NS.client, from: alice.full },
        element('status', {}, 'x'.repeat(17_000)),
      )
      expect(() => void messaging.updatePresence.run(alice, long)).to.throw(StanzaFailure)
    })

    it('is told to the own devices though it cannot be kept, which is logged', async () => {
      bed.presences.put = () => Promise.reject(new Error('the store is down'))
      const alice = device(`${ALICE}/phone`)
      expect(await news(alice)).to.deep.equal([`available from ${ALICE}/phone`])
      expect(bed.logged.map(({ message }) => message)).to.deep.equal(['presence was not kept'])
    })

    it('is kept later when it could not be kept at once, that of a device that has gone as well', async () => {
      await befriend()
      const alice = device(`${ALICE}/phone`)
      await news(alice)
      const { put, remove } = bed.presences
      bed.presences.put = () => Promise.reject(new Error('the store is down'))
      const bob = ScriptedSession.join(elsewhere, `${BOB}/phone`, 0)
      expect(await news(alice)).to.deep.equal([])
      bed.presences.put = put
      await elsewhere.mendPresence()
      expect(await news(alice)).to.deep.equal([`available from ${BOB}/phone`])
      bed.presences.remove = () => Promise.reject(new Error('the store is down'))
      elsewhere.updatePresence.drop(bob)
      expect(await news(alice)).to.deep.equal([])
      bed.presences.remove = remove
      await elsewhere.mendPresence()
      await elsewhere.mendPresence()
      expect(await news(alice)).to.deep.equal([`unavailable from ${BOB}/phone`])
    })
  })
})
