import { element, NS } from '@sluice/protocol'
import { expect } from 'chai'
import { DOMAIN, MessagingBed } from '../../test/messaging/messaging-bed.ts'
import { ScriptedSession } from '../../test/messaging/scripted-session.ts'
import { until } from '../../test/transfer/transfer-bed.ts'
import type { Messaging } from './create-messaging.ts'

const BOB = `bob@${DOMAIN}`

describe('DeliverOffline', () => {
  let bed: MessagingBed
  let messaging: Messaging

  beforeEach(async () => {
    bed = new MessagingBed()
    messaging = bed.join(bed.bus.join('one'))
    await messaging.accounts.add({ name: 'bob', password: 'secret' })
  })

  afterEach(() => messaging.close())

  const sendTo = (by: Messaging, ...texts: string[]) =>
    Promise.all(
      texts.map((text) => {
        const attrs = { xmlns: NS.client, type: 'chat', from: `alice@${DOMAIN}/phone`, to: BOB }
        return by.routeMessage.run(element('message', attrs, element('body', {}, text)))
      }),
    )
  const send = (...texts: string[]) => sendTo(messaging, ...texts)
  const leave = (session: ScriptedSession) => {
    const attrs = { xmlns: NS.client, from: session.full, type: 'unavailable' }
    void messaging.updatePresence.run(session, element('presence', attrs))
  }
  const waiting = async () => (await bed.offline.list(BOB, { limit: 1000, except: [] })).length
  const emptied = () => until(async () => (await waiting()) === 0)

  it('brings what waited, in order and once, when a device becomes available', async () => {
    const texts = Array.from({ length: 120 }, (_, index) => `text ${index}`)
    for (const text of texts) await send(text)
    const bob = ScriptedSession.join(messaging, `${BOB}/phone`, 0)
    await emptied()
    expect(bob.bodies).to.deep.equal(texts)
    ScriptedSession.join(messaging, `${BOB}/tablet`, 0)
    await send('live')
    expect(bob.bodies).to.deep.equal([...texts, 'live'])
  })

  for (const [how, leaves] of [
    ['drops', (phone: ScriptedSession) => messaging.updatePresence.drop(phone)],
    ['says goodbye', (phone: ScriptedSession) => leave(phone)],
    ['steps back', (phone: ScriptedSession) => phone.say(messaging, 0)],
  ] as const) {
    it(`brings the other device what the first one did not take before it ${how}`, async () => {
      const phone = ScriptedSession.join(messaging, `${BOB}/phone`, 5)
      const tablet = ScriptedSession.join(messaging, `${BOB}/tablet`, 0)
      phone.reads = false
      await send('one')
      expect(tablet.bodies).to.deep.equal([])
      leaves(phone)
      await until(async () => tablet.bodies.length > 0)
      await send('two')
      await until(async () => tablet.bodies.length > 1)
      expect(tablet.bodies).to.deep.equal(['one', 'two'])
    })
  }

  it('waits while the only device has negative priority, and delivers when it becomes positive', async () => {
    await send('hi')
    const bob = ScriptedSession.join(messaging, `${BOB}/phone`, -1)
    expect(bob.bodies).to.deep.equal([])
    bob.say(messaging, 1)
    await emptied()
    expect(bob.bodies).to.deep.equal(['hi'])
  })

  it('keeps what a device has not confirmed, and gives it to the next one: a repeat rather than a loss', async () => {
    await send('one', 'two')
    const dying = new ScriptedSession(`${BOB}/dying`)
    let asked = false
    dying.confirms = async () => {
      asked = true
      return false
    }
    messaging.sessions.add(dying)
    dying.say(messaging, 0)
    await until(() => asked)
    expect(dying.bodies).to.deep.equal(['one', 'two'])
    messaging.updatePresence.drop(dying)
    expect(await waiting()).to.equal(2)
    const bob = ScriptedSession.join(messaging, `${BOB}/phone`, 0)
    await emptied()
    expect(bob.bodies).to.deep.equal(['one', 'two'])
  })

  it('gives one device nothing twice, even when it confirms nothing', async () => {
    await send('one')
    const bob = new ScriptedSession(`${BOB}/phone`)
    let asked = 0
    bob.confirms = async () => {
      asked += 1
      return asked > 1
    }
    messaging.sessions.add(bob)
    bob.say(messaging, 0)
    await until(() => asked === 1)
    await bed.offline.put({ to: BOB, frame: '<message><body>two</body></message>' })
    await bed.bus.join('other').announceMail(BOB)
    await emptied()
    expect(bob.bodies).to.deep.equal(['one', 'two'])
  })

  it('goes on when a device answers, however late', async () => {
    const texts = Array.from({ length: 120 }, (_, index) => `text ${index}`)
    for (const text of texts) await send(text)
    const bob = new ScriptedSession(`${BOB}/phone`)
    const answers: ((isBehind: boolean) => void)[] = []
    bob.confirms = () => new Promise((resolve) => answers.push(resolve))
    messaging.sessions.add(bob)
    bob.say(messaging, 0)
    for (const count of [50, 100, 120]) {
      await until(() => answers.length > 0)
      expect(bob.bodies).to.deep.equal(texts.slice(0, count))
      expect(await waiting()).to.equal(120 - (count === 120 ? 100 : count - 50))
      bed.clock.pass(60_000)
      await new Promise((resolve) => setImmediate(resolve))
      expect(bob.bodies).to.have.length(count)
      answers.shift()?.(true)
    }
    await emptied()
    expect(bob.bodies).to.deep.equal(texts)
  })

  it('gives at most 32 KiB before it asks, but always one message', async () => {
    const sizes = [20_000, 10_000, 10_000, 40_000, 100]
    for (const size of sizes) await send('x'.repeat(size))
    const bob = new ScriptedSession(`${BOB}/phone`)
    const counts: number[] = []
    bob.confirms = async () => {
      counts.push(bob.bodies.length)
      return true
    }
    messaging.sessions.add(bob)
    bob.say(messaging, 0)
    await emptied()
    expect(counts).to.deep.equal([2, 3, 4, 5])
  })

  it('lets no device that does not answer hold up another one', async () => {
    const texts = Array.from({ length: 120 }, (_, index) => `text ${index}`)
    for (const text of texts) await send(text)
    const silent = new ScriptedSession(`${BOB}/silent`)
    let giveUp = (_isBehind: boolean) => {}
    silent.confirms = () => new Promise((resolve) => (giveUp = resolve))
    messaging.sessions.add(silent)
    silent.say(messaging, 0)
    await until(() => silent.bodies.length > 0)
    const bob = ScriptedSession.join(messaging, `${BOB}/phone`, 0)
    await emptied()
    expect(bob.bodies).to.deep.equal(texts)
    expect(silent.bodies).to.deep.equal(texts)
    giveUp(false)
  })

  it('gives one device nothing twice when the store failed to forget it', async () => {
    const remove = bed.offline.remove.bind(bed.offline)
    bed.offline.remove = () => Promise.reject(new Error('the store is down'))
    await send('one')
    const bob = ScriptedSession.join(messaging, `${BOB}/phone`, 0)
    await until(() => bed.logged.some(({ level }) => level === 'error'))
    bed.offline.remove = remove
    await bed.offline.put({ to: BOB, frame: '<message><body>two</body></message>' })
    await bed.bus.join('other').announceMail(BOB)
    await emptied()
    expect(bob.bodies).to.deep.equal(['one', 'two'])
  })

  it('keeps what a device that has stopped reading did not take', async () => {
    await send('one')
    const bob = new ScriptedSession(`${BOB}/phone`)
    bob.reads = false
    messaging.sessions.add(bob)
    bob.say(messaging, 0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(await waiting()).to.equal(1)
  })

  it('brings a message from another node at once', async () => {
    const other = bed.join(bed.bus.join('two'))
    const bob = ScriptedSession.join(messaging, `${BOB}/phone`, 0)
    await sendTo(other, 'from afar')
    await emptied()
    expect(bob.bodies).to.deep.equal(['from afar'])
    await other.close()
  })

  it('logs a store that fails, and delivers the next time', async () => {
    await send('one')
    const list = bed.offline.list.bind(bed.offline)
    bed.offline.list = () => Promise.reject(new Error('the store is down'))
    const bob = ScriptedSession.join(messaging, `${BOB}/phone`, 0)
    await until(() => bed.logged.some(({ level }) => level === 'error'))
    bed.offline.list = list
    bob.say(messaging, -1)
    bob.say(messaging, 0)
    await emptied()
    expect(bob.bodies).to.deep.equal(['one'])
  })
})
