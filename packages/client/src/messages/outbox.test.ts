import type { ChatMessage } from '@sluice/protocol'
import { expect } from 'chai'
import { messagingBench, tick } from '../../test/messaging-bench.ts'
import { MovedClock } from '../../test/scripted-connection.ts'
import { ScriptedRoom } from '../../test/scripted-room.ts'
import { ScriptedSession } from '../../test/scripted-session.ts'
import { Unreachable } from '../unreachable.ts'
import { Bounced } from './bounced.ts'
import type { Message } from './message.ts'

const { signal } = new AbortController()

async function room() {
  const session = new ScriptedSession()
  const clock = new MovedClock()
  const bench = await messagingBench({ session, clock })
  const scripted = new ScriptedRoom(session)
  const shown: Message[] = []
  bench.inbox.messages.add((message) => shown.push(message))
  const message = (over: Partial<ChatMessage> = {}): ChatMessage => ({
    id: 'm1',
    originId: 'm1',
    to: scripted.jid,
    chat: 'groupchat',
    text: 'hello',
    receiptRequested: true,
    ...over,
  })
  const names = () => session.sent.map(({ name }) => name)
  return { ...bench, clock, room: scripted, shown, message, names }
}

describe('a message to a room', () => {
  it('is sent once the room is joined, and has arrived with its echo', async () => {
    const { outbox, session, message, room: tea, shown } = await room()
    tea.echoes = false
    let arrived = false
    const delivery = outbox.deliver(message(), signal).then(() => {
      arrived = true
    })
    await tick()
    expect(session.sent.map(String)).to.deep.equal([
      '<presence to="tea@rooms.example.org/alice"><x xmlns="http://jabber.org/protocol/muc">' +
        '<history maxstanzas="0"/></x></presence>',
      '<message type="groupchat" id="m1" to="tea@rooms.example.org"><body>hello</body>' +
        '<origin-id xmlns="urn:xmpp:sid:0" id="m1"/></message>',
    ])
    tea.says('bob', 'hello', { id: 'm1' })
    tea.says('alice', 'something else')
    await tick()
    expect(arrived, 'by somebody else, or of another message').to.equal(false)
    tea.says('alice', 'hello', { id: 'm1' })
    await delivery
    await tick()
    expect(shown.map(({ fromUserJid }) => fromUserJid)).to.deep.equal([
      'tea@rooms.example.org/bob',
      'alice@example.org',
    ])
  })

  it('has arrived with an echo that has lost its origin-id', async () => {
    const { outbox, message, room: tea, session } = await room()
    tea.echoes = false
    const delivery = outbox.deliver(message(), signal)
    await tick()
    session.receive(`<message type="groupchat" id="m1" from="${tea.jid}/alice"><body>hello</body></message>`)
    await delivery
  })

  it('joins once for many', async () => {
    const { outbox, message, names } = await room()
    await Promise.all([
      outbox.deliver(message(), signal),
      outbox.deliver(message({ id: 'm2', originId: 'm2' }), signal),
    ])
    expect(names()).to.deep.equal(['presence', 'message', 'message'])
  })

  it('can have its room entered beforehand; a person needs nothing', async () => {
    const { outbox, message, names } = await room()
    await outbox.prepare({ chat: 'chat', to: 'bob@example.org' }, signal)
    expect(names()).to.deep.equal([])
    await outbox.prepare(message(), signal)
    expect(names()).to.deep.equal(['presence'])
    await outbox.deliver(message(), signal)
    expect(names()).to.deep.equal(['presence', 'message'])
  })

  it('bounces with what the room says', async () => {
    const { outbox, message, room: tea } = await room()
    tea.mutedBy = 'forbidden'
    const failure = await outbox.deliver(message(), signal).catch((error) => error)
    expect(failure).to.be.instanceOf(Bounced).and.have.property('message', 'forbidden')
  })

  it('is done with once it has bounced, and leaves its room as it is', async () => {
    const { outbox, message, room: tea, clock, rooms, names } = await room()
    tea.mutedBy = 'forbidden'
    await outbox.deliver(message(), signal).catch(() => {})
    await clock.move(30_000)
    await rooms.join(tea.jid)
    expect(names()).to.deep.equal(['presence', 'message'])
  })

  it('is sent again after entering again when the room does not know us any more (XEP-0045 §7.4)', async () => {
    const { outbox, message, room: tea, rooms, names } = await room()
    await rooms.join(tea.jid)
    tea.mutedBy = 'not-acceptable'
    const both = [message(), message({ id: 'm2', originId: 'm2' })].map((each) =>
      outbox.deliver(each, signal).catch((error) => error),
    )
    for (const failure of await Promise.all(both)) expect(failure).to.be.instanceOf(Unreachable)
    tea.mutedBy = undefined
    await outbox.deliver(message(), signal)
    expect(names()).to.deep.equal(['presence', 'message', 'message', 'presence', 'message'])
  })

  it('bounces when the room does not accept it right after it was entered again either', async () => {
    const { outbox, message, room: tea, names } = await room()
    tea.mutedBy = 'not-acceptable'
    for (let round = 0; round < 2; round++) {
      const failures: unknown[] = []
      for (let attempt = 0; attempt < 2; attempt++) {
        await outbox.prepare(message(), signal)
        failures.push(await outbox.deliver(message(), signal).catch((error) => error))
      }
      expect(failures[0]).to.be.instanceOf(Unreachable)
      expect(failures[1]).to.be.instanceOf(Bounced).and.have.property('message', 'not-acceptable')
    }
    expect(names().filter((name) => name === 'presence')).to.have.length(3)
  })

  it('bounces when the room lets nobody in, and joins again the next time', async () => {
    const { outbox, message, room: tea, rooms } = await room()
    tea.closedBy = 'registration-required'
    const failure = await outbox.deliver(message(), signal).catch((error) => error)
    expect(failure).to.be.instanceOf(Bounced).and.have.property('statusCode', 407)
    expect(rooms.list()).to.deep.equal([])
    tea.closedBy = undefined
    await outbox.deliver(message(), signal)
  })

  it('may be sent again when the service of the room is out of reach', async () => {
    const { outbox, message, room: tea } = await room()
    tea.closedBy = 'remote-server-not-found'
    expect(await outbox.deliver(message(), signal).catch((error) => error)).to.be.instanceOf(Unreachable)
    tea.closedBy = undefined
    await outbox.deliver(message(), signal)
  })

  it('is not lost in a room that has forgotten us: it joins again before the next attempt', async () => {
    const { outbox, message, room: tea, clock, names } = await room()
    tea.echoes = false
    const delivery = outbox.deliver(message(), signal).catch((error) => error)
    await tick()
    await clock.move(30_000)
    expect(await delivery).to.be.instanceOf(Unreachable)
    tea.echoes = true
    await outbox.deliver(message(), signal)
    expect(names()).to.deep.equal(['presence', 'message', 'presence', 'message'])
  })

  it('does not go out twice when its echo is in what the room repeats after a lost line', async () => {
    const { outbox, message, room: tea, session, names } = await room()
    tea.echoes = false
    const delivery = outbox.deliver(message(), signal).catch((error) => error)
    await tick()
    session.become('connecting')
    expect(await delivery).to.be.instanceOf(Unreachable)
    tea.history = [tea.line('bob', 'missed'), tea.line('alice', 'hello', { id: 'm1' })]
    session.state = 'online'
    await outbox.deliver(message(), signal)
    expect(names()).to.deep.equal(['presence', 'message', 'presence'])
    expect(String(session.sent[2])).to.include('<history seconds="1"/>')
  })

  for (const named of [{ stanzaId: 's1' }, {}]) {
    it(`does not go out twice when the room repeats it between two attempts: ${JSON.stringify(named)}`, async () => {
      const { outbox, message, room: tea, session, names } = await room()
      tea.echoes = false
      const delivery = outbox.deliver(message(), signal).catch((error) => error)
      await tick()
      session.become('connecting')
      expect(await delivery).to.be.instanceOf(Unreachable)
      tea.history = [
        tea.line('bob', 'hello', { id: 'm2' }),
        tea.line('alice', 'hello', { id: 'm1', ...named }),
      ]
      session.become('online')
      await tick()
      tea.echoes = true
      await outbox.deliver(message(), signal)
      expect(names()).to.deep.equal(['presence', 'message', 'presence'])
      await outbox.deliver(message({ id: 'm2', originId: 'm2' }), signal)
      expect(names(), 'what bob said under its id does not count').to.have.length(4)
    })
  }

  it('does not go out twice when the room had passed it on in an earlier run', async () => {
    const { outbox, message, room: tea, roomIds, names } = await room()
    const named = { room: tea.jid, stanzaId: 's1', occupant: `${tea.jid}/alice` }
    roomIds.note({ ...named, msgId: 'm1' })
    roomIds.note({ ...named, msgId: 'm2', stanzaId: 's2', occupant: `${tea.jid}/bob` })
    await outbox.deliver(message(), signal)
    await outbox.deliver(message({ id: 'm2', originId: 'm2' }), signal)
    expect(names()).to.deep.equal(['presence', 'message'])
  })

  it('answers a message by the name that the room gave it', async () => {
    const { outbox, message, room: tea, rooms, session } = await room()
    await rooms.join(tea.jid)
    tea.says('bob', 'a question', { id: 'q1', stanzaId: 's1' })
    await outbox.deliver(message({ replyTo: { id: 'q1' } }), signal)
    expect(String(session.sent.at(-1))).to.include(
      '<reply xmlns="urn:xmpp:reply:0" id="s1" to="tea@rooms.example.org/bob"/>',
    )
    await outbox.deliver(message({ id: 'm2', originId: 'm2', replyTo: { id: 'm1' } }), signal)
    expect(String(session.sent.at(-1))).to.include('id="named-m1" to="tea@rooms.example.org/alice"')
  })
})

describe('what a room says', () => {
  it('is shown once, of its occupants, and not before it is joined or after it is left', async () => {
    const { rooms, room: tea, shown } = await room()
    tea.says('bob', 'too early')
    await rooms.join(tea.jid)
    tea.says('bob', 'hello', { id: 'b1', stanzaId: 's1' })
    tea.says('bob', 'hello', { id: 'b1', stanzaId: 's1' })
    tea.says('carol', 'mine', { id: 'b1' })
    await tick()
    await rooms.leave(tea.jid)
    tea.says('bob', 'too late')
    await tick()
    expect(
      shown.map(({ fromUserJid, toUserJid, chatType }) => [fromUserJid, toUserJid, chatType]),
    ).to.deep.equal([
      [`${tea.jid}/bob`, tea.jid, 'groupchat'],
      [`${tea.jid}/carol`, tea.jid, 'groupchat'],
    ])
  })

  it('is shown once also when its client gives no origin-id, by the name that the room gave it', async () => {
    const { rooms, room: tea, shown, session } = await room()
    await rooms.join(tea.jid)
    const text = tea.line('bob', 'hello', { stanzaId: 's1' }).replace(/<origin-id[^>]*>/, '')
    session.receive(text, text, text.replace('"s1"', '"s2"'))
    await tick()
    expect(shown).to.have.length(2)
  })

  it('answers messages by their msgId', async () => {
    const { rooms, room: tea, shown } = await room()
    await rooms.join(tea.jid)
    tea.says('bob', 'a question', { id: 'q1', stanzaId: 's1' })
    const reply = (id: string) => `<reply xmlns="urn:xmpp:reply:0" id="${id}" to="${tea.jid}/bob"/>`
    tea.says('carol', 'known', { children: reply('s1') })
    tea.says('carol', 'unknown', { children: reply('s0') })
    await tick()
    expect(shown.map(({ replyTo }) => replyTo)).to.deep.equal([undefined, 'q1', 's0'])
  })

  it('by another device of the account under the same nickname is our own message', async () => {
    const { rooms, room: tea, shown } = await room()
    await rooms.join(tea.jid)
    tea.says('alice', 'from my phone')
    await tick()
    expect(shown[0]).to.deep.include({ fromUserJid: 'alice@example.org', toUserJid: tea.jid })
  })

  it('gets no receipt, and its typing and presence are of occupants', async () => {
    const { rooms, room: tea, inbox, session, names } = await room()
    const told: string[] = []
    await rooms.join(tea.jid)
    inbox.presences.add(({ fromUserJid }) => told.push(fromUserJid))
    inbox.typings.add(({ fromUserJid }) => told.push(fromUserJid))
    tea.says('bob', 'hello', { children: '<request xmlns="urn:xmpp:receipts"/>' })
    const composing = '<composing xmlns="http://jabber.org/protocol/chatstates"/>'
    for (const nick of ['alice', 'bob'])
      session.receive(`<message type="groupchat" from="${tea.jid}/${nick}">${composing}</message>`)
    session.receive(`<presence from="${tea.jid}/carol"/>`)
    await tick()
    expect(names()).to.deep.equal(['presence'])
    expect(told).to.deep.equal([`${tea.jid}/bob`, `${tea.jid}/carol`])
  })
})

describe('a message to a person', () => {
  it('is not shown again by a copy that the server makes of it', async () => {
    const { outbox, session, shown } = await room()
    await outbox.deliver({ id: 'm1', to: 'bob@example.org', chat: 'chat', text: 'hello' }, signal)
    const copy = (id: string) => `
      <message from="alice@example.org"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">
        <message xmlns="jabber:client" type="chat" from="alice@example.org/two" to="bob@example.org" id="${id}">
          <body>hello</body><origin-id xmlns="urn:xmpp:sid:0" id="${id}"/>
          <request xmlns="urn:xmpp:receipts"/>
        </message></forwarded></sent></message>`
    session.receive(copy('m1'), copy('m2'), copy('m2'))
    await tick()
    expect(shown.map(({ msgId, fromUserJid, toUserJid }) => [msgId, fromUserJid, toUserJid])).to.deep.equal([
      ['m2', 'alice@example.org', 'bob@example.org'],
    ])
    expect(session.sent).to.have.length(1)
  })

  it('is acknowledged by the device that it was for, not by the one that has a copy', async () => {
    const { session, shown } = await room()
    session.receive(`
      <message from="alice@example.org"><received xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">
        <message xmlns="jabber:client" type="chat" from="bob@example.org/x" to="alice@example.org/two" id="m1">
          <body>hello</body><request xmlns="urn:xmpp:receipts"/>
        </message></forwarded></received></message>`)
    await tick()
    expect(shown).to.have.length(1)
    expect(session.sent).to.deep.equal([])
  })

  it('is not shown when its copy is forged', async () => {
    const { session, shown } = await room()
    session.receive(`
      <message from="mallory@example.org/x"><received xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">
        <message xmlns="jabber:client" from="bob@example.org/x" to="alice@example.org" id="m1"><body>pay me</body></message>
      </forwarded></received></message>`)
    await tick()
    expect(shown).to.deep.equal([])
  })
})
