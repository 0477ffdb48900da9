import { element, NS, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import { DOMAIN, MessagingBed } from '../../test/messaging/messaging-bed.ts'
import { ScriptedSession } from '../../test/messaging/scripted-session.ts'
import type { Messaging } from './create-messaging.ts'
import { StanzaFailure } from './stanza-failure.ts'

const ALICE = `alice@${DOMAIN}`
const BOB = `bob@${DOMAIN}`
const CHAT_STATES = 'http://jabber.org/protocol/chatstates'

const hint = (name: string) => element(name, { xmlns: NS.hints })

describe('SendMessage', () => {
  let bed: MessagingBed
  let messaging: Messaging
  let elsewhere: Messaging

  beforeEach(async () => {
    bed = new MessagingBed({ maxMessages: 3 })
    messaging = bed.join(bed.bus.join('one'))
    elsewhere = bed.join(bed.bus.join('two'))
    for (const name of ['alice', 'bob']) await messaging.accounts.add({ name, password: 'secret' })
  })

  afterEach(() => Promise.all([messaging.close(), elsewhere.close()]))

  const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

  interface Options {
    from?: string
    to?: string | undefined
    type?: string | undefined
    by?: Messaging
  }
  const send = (content: string | XmlElement[], options: Options = {}) => {
    const { by = messaging, from = `${ALICE}/phone`, to = BOB } = options
    const type = 'type' in options ? options.type : 'chat'
    const children = typeof content === 'string' ? [element('body', {}, content)] : content
    return by.sendMessage.run(element('message', { xmlns: NS.client, type, from, to }, ...children))
  }
  const refused = async (work: Promise<unknown>) => {
    const error = await work.catch((reason: unknown) => reason)
    return error instanceof StanzaFailure ? error.condition : undefined
  }
  const archived = async (account: string) => {
    const query = { account, filter: {}, from: {}, max: 100, maxCharacters: 1_000_000 }
    return (await bed.archive.page(query))?.messages ?? []
  }
  const bodies = async (account: string) =>
    (await archived(account)).map(({ frame }) => /<body>(.*)<\/body>/.exec(frame)?.[1])
  /** A device that wishes for copies. */
  const device = async (full: string, { at = messaging, priority = 0 as number | 'none' } = {}) => {
    const session = ScriptedSession.join(at, full, priority === 'none' ? undefined : priority)
    at.sessions.wish(full, 'copies')
    // Its mailbox has been looked into.
    await nextTurn()
    session.received.splice(0)
    return session
  }
  const messages = ({ received }: ScriptedSession) =>
    received.filter((frame) => frame.startsWith('<message '))

  describe('archives', () => {
    it('at both ends, in the order of delivery, and names each delivered message as its archive does', async () => {
      const bob = await device(`${BOB}/phone`)
      // The later it is asked, the sooner it answers.
      const put = bed.archive.put.bind(bed.archive)
      let turns = 20
      bed.archive.put = async (copies) => {
        const ids = await put(copies)
        turns -= 1
        for (let turn = 0; turn < turns; turn++) await nextTurn()
        return ids
      }
      await Promise.all(Array.from({ length: 20 }, (_, index) => send(`${index}`)))
      await Promise.all([send('21', { from: `${ALICE}/tablet` }), send('22')])
      const kept = await archived(BOB)
      const delivered = messages(bob).map((frame) =>
        /stanza-id .*by="(.*?)" id="(.*?)"/.exec(frame)?.slice(1),
      )
      expect(delivered).to.deep.equal(kept.map(({ id }) => [BOB, id]))
      expect(bob.bodies).to.deep.equal(await bodies(BOB))
      expect(await bodies(ALICE)).to.deep.equal(await bodies(BOB))
      expect((await archived(BOB))[0]?.frame).not.to.include('stanza-id')
    })

    it('what waits for its receiver under the same name', async () => {
      await send('one')
      const [waiting] = await bed.offline.list(BOB, { limit: 1, except: [] })
      expect(waiting?.frame).to.include(`<stanza-id xmlns="${NS.stanzaId}" by="${BOB}" id="1"/><delay `)
      expect(await bodies(BOB)).to.deep.equal(['one'])
    })

    const kinds: [what: string, content: XmlElement[], type: string | undefined, isKept: boolean][] = [
      ['a text of type normal', [element('body', {}, 'hi')], 'normal', true],
      ['a text of no type', [element('body', {}, 'hi')], undefined, true],
      ['a file without a text', [element('file-sharing', { xmlns: NS.fileSharing })], 'chat', true],
      ['our media', [element('media', { xmlns: NS.media, id: 'x' })], 'chat', true],
      ['a receipt', [element('received', { xmlns: NS.receipts, id: '1' })], 'chat', true],
      ['a marker', [element('displayed', { xmlns: NS.markers, id: '1' })], 'chat', true],
      ['what asks to be stored', [element('x', { xmlns: 'urn:x' }), hint('store')], 'chat', true],
      ['a chat state', [element('composing', { xmlns: CHAT_STATES })], 'chat', false],
      ['what says no-store', [element('body', {}, 'hi'), hint('no-store')], 'chat', false],
      [
        'what says no-permanent-store',
        [element('body', {}, 'hi'), hint('no-permanent-store')],
        'chat',
        false,
      ],
      ['a headline', [element('body', {}, 'hi')], 'headline', false],
      ['an error', [element('body', {}, 'hi')], 'error', false],
    ]
    for (const [what, content, type, isKept] of kinds) {
      it(`${isKept ? '' : 'not '}${what}`, async () => {
        const bob = await device(`${BOB}/phone`)
        await send(content, { type })
        for (const account of [ALICE, BOB]) expect(await archived(account)).to.have.length(isKept ? 1 : 0)
        expect(messages(bob).some((frame) => frame.includes('stanza-id'))).to.equal(isKept)
      })
    }

    it('a message to oneself once', async () => {
      await send('note', { to: ALICE })
      expect(await bodies(ALICE)).to.deep.equal(['note'])
    })

    it('nothing that cannot be delivered', async () => {
      expect(await refused(send('hi', { to: `nobody@${DOMAIN}` }))).to.equal('service-unavailable')
      expect(await refused(send('hi', { to: 'bob@elsewhere.org' }))).to.equal('remote-server-not-found')
      for (const text of ['1', '2', '3']) await send(text)
      expect(await refused(send('4'))).to.equal('service-unavailable')
      for (const account of [ALICE, BOB]) expect(await bodies(account)).to.deep.equal(['1', '2', '3'])
    })

    it('and delivers all the same when it fails, which is logged', async () => {
      const bob = await device(`${BOB}/phone`)
      bed.archive.put = () => Promise.reject(new Error('the store is down'))
      await send('hi')
      expect(bob.bodies).to.deep.equal(['hi'])
      expect(bed.logged.map(({ message }) => message)).to.deep.equal(['a message was not archived'])
    })

    it('until they are old', async () => {
      await send('one')
      bed.clock.pass(86_400_000)
      expect(await messaging.expireArchives()).to.equal(0)
      await send('two')
      bed.clock.pass(1)
      expect(await messaging.expireArchives()).to.equal(2)
      expect(await bodies(BOB)).to.deep.equal(['two'])
    })

    it('with no name that the sender made up in ours', async () => {
      const bob = await device(`${BOB}/phone`)
      const stanzaId = (by: string) => element('stanza-id', { xmlns: NS.stanzaId, by, id: `by ${by}` })
      const forged = [BOB, 'BOB@EXAMPLE.ORG', `${BOB}/phone`, DOMAIN, 'a b', ''].map(stanzaId)
      await send([element('body', {}, 'hi'), ...forged, stanzaId('room@elsewhere.org')])
      const ids = [...(messages(bob)[0] ?? '').matchAll(/<stanza-id .*?id="(.*?)"/g)].map(([, id]) => id)
      expect(ids).to.deep.equal(['by room@elsewhere.org', '1'])
    })
  })

  describe('copies', () => {
    it('what one device sends to the others, and what one receives', async () => {
      const [sending, other] = [
        await device(`${ALICE}/phone`),
        await device(`${ALICE}/tablet`, { priority: 'none' }),
      ]
      const [high, low, silent] = [
        await device(`${BOB}/high`, { priority: 5 }),
        await device(`${BOB}/low`, { priority: -1 }),
        ScriptedSession.join(messaging, `${BOB}/silent`, 0),
      ]
      for (const session of [sending, silent]) session.received.splice(0)
      await send('hi')
      const message = (account: string) =>
        `<message xmlns="jabber:client" type="chat" from="${ALICE}/phone" to="${BOB}"><body>hi</body>` +
        `<stanza-id xmlns="urn:xmpp:sid:0" by="${account}" id="1"/></message>`
      expect(messages(high)).to.deep.equal([message(BOB)])
      expect(messages(low)).to.deep.equal([
        `<message xmlns="jabber:client" type="chat" from="${BOB}" to="${BOB}/low"><received xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">${message(BOB)}</forwarded></received></message>`,
      ])
      expect(messages(other)).to.deep.equal([
        `<message xmlns="jabber:client" type="chat" from="${ALICE}" to="${ALICE}/tablet"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">${message(ALICE)}</forwarded></sent></message>`,
      ])
      expect([messages(sending), messages(silent)]).to.deep.equal([[], []])
    })

    it('what goes to one device to the others, too', async () => {
      const [phone, tablet] = [await device(`${BOB}/phone`), await device(`${BOB}/tablet`)]
      phone.received.splice(0)
      await send('hi', { to: `${BOB}/phone` })
      expect([phone, tablet].map((session) => messages(session).length)).to.deep.equal([1, 1])
      expect(messages(tablet)[0]).to.include('<received ')
    })

    it('what one says to oneself to those that have it not', async () => {
      const [sending, other] = [
        await device(`${ALICE}/phone`),
        await device(`${ALICE}/tablet`, { priority: -1 }),
      ]
      await send('note', { to: ALICE })
      expect(messages(sending)).to.have.length(1)
      expect(messages(other)).to.have.length(1)
      expect(messages(other)[0]).to.include('<received ')
    })

    it('a chat state, but nothing private, nothing of a room, no headline and no error', async () => {
      const other = await device(`${ALICE}/tablet`)
      await device(`${BOB}/phone`)
      const body = element('body', {}, 'hi')
      await send([body, element('private', { xmlns: NS.carbons })])
      await send([body, hint('no-copy')])
      await send([body], { type: 'headline' })
      await send([body], { type: 'error' })
      await send([element('x', { xmlns: 'urn:x' })], { type: 'normal' })
      expect(messages(other)).to.deep.equal([])
      await send([element('composing', { xmlns: CHAT_STATES })])
      expect(messages(other)).to.have.length(1)
    })

    it('nothing that waits in the mailbox to the one for whom it waits', async () => {
      const bob = await device(`${BOB}/phone`, { priority: 'none' })
      await send('hi')
      expect(messages(bob)).to.deep.equal([])
      bob.say(messaging, 0)
      await nextTurn()
      expect(bob.bodies).to.deep.equal(['hi'])
    })

    it('to a device no more that wishes none any more', async () => {
      const other = await device(`${ALICE}/tablet`)
      messaging.sessions.wish(other.full, 'copies', false)
      await send('hi')
      expect(messages(other)).to.deep.equal([])
    })

    it('from another node by what the archive has', async () => {
      const sent = await device(`${ALICE}/tablet`, { at: elsewhere })
      const received = await device(`${BOB}/tablet`, { at: elsewhere })
      await device(`${BOB}/phone`)
      await send('hi')
      await nextTurn()
      expect(messages(sent)).to.have.length(1)
      expect(messages(sent)[0]).to.include('<sent ').and.to.include(`by="${ALICE}" id="1"`)
      expect(messages(received)).to.have.length(1)
      expect(messages(received)[0]).to.include('<received ').and.to.include(`by="${BOB}" id="1"`)
    })

    it('from another node in their order, however long the archive takes over each', async () => {
      await device(`${ALICE}/phone`)
      const tablet = await device(`${BOB}/tablet`, { at: elsewhere })
      const find = bed.archive.find.bind(bed.archive)
      let turns = 5
      bed.archive.find = async (account, id) => {
        turns -= 1
        for (let turn = turns; turn > 0; turn--) await nextTurn()
        return find(account, id)
      }
      for (let nth = 1; nth <= 5; nth++) await send(`${nth}`, { from: `${BOB}/phone`, to: ALICE })
      while (tablet.bodies.length < 5) await nextTurn()
      expect(tablet.bodies).to.deep.equal(['1', '2', '3', '4', '5'])
    })
  })
})
