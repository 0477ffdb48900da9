import { encodeChatMessage } from '@sluice/protocol'
import { expect } from 'chai'
import { messagingBench, tick } from '../../test/messaging-bench.ts'
import { MovedClock } from '../../test/scripted-connection.ts'
import { ScriptedRoom } from '../../test/scripted-room.ts'
import { ScriptedSession } from '../../test/scripted-session.ts'
import type { Message } from './message.ts'

const DELAY = '<delay xmlns="urn:xmpp:delay" stamp="2026-01-01T00:00:00Z"/>'

/** Alice in a room. */
async function joined() {
  const session = new ScriptedSession()
  const bench = await messagingBench({ session, clock: new MovedClock() })
  const room = new ScriptedRoom(session)
  await bench.rooms.join(room.jid)
  const shown: Message[] = []
  bench.inbox.messages.add((message) => shown.push(message))
  return { ...bench, room, shown }
}

describe('what comes in from a room', () => {
  it('names the occupant of a private message, who is not the room', async () => {
    const { session, room, shown } = await joined()
    const mallory = { from: `${room.jid}/mallory`, to: session.device, chat: 'chat', text: 'psst' } as const
    session.stanzas.emit(encodeChatMessage({ ...mallory, id: 'm1' }))
    session.stanzas.emit(encodeChatMessage({ ...mallory, id: 'm1', from: `${room.jid}/bob` }))
    await tick()
    expect(shown.map(({ chatType, fromUserJid }) => [chatType, fromUserJid])).to.deep.equal([
      ['chat', `${room.jid}/mallory`],
      ['chat', `${room.jid}/bob`],
    ])
  })

  it('names the occupant also in what another device got from or sent to one', async () => {
    const { session, room, shown } = await joined()
    const occupant = `${room.jid}/mallory`
    for (const [copied, from, to] of [
      ['received', occupant, session.account],
      ['sent', `${session.account}/two`, occupant],
    ] as const) {
      const message = encodeChatMessage({ id: copied, from, to, chat: 'chat', text: 'psst' })
      message.attrs.xmlns = 'jabber:client'
      session.receive(
        `<message from="${session.account}"><${copied} xmlns="urn:xmpp:carbons:2">` +
          `<forwarded xmlns="urn:xmpp:forward:0">${message}</forwarded></${copied}></message>`,
      )
    }
    await tick()
    expect(shown.map(({ fromUserJid, toUserJid }) => [fromUserJid, toUserJid])).to.deep.equal([
      [occupant, session.account],
      [session.account, occupant],
    ])
  })

  it('is by an occupant when somebody had the own nickname while the line was lost', async () => {
    const { outbox, session, room, shown } = await joined()
    const { signal } = new AbortController()
    await outbox.deliver({ id: 'm1', to: room.jid, chat: 'groupchat', text: 'I stay' }, signal)
    session.become('connecting')
    room.history = [
      room.line('alice', 'I stay', { id: 'm1', children: DELAY }),
      room.line('alice', 'I quit', { id: 'm2', children: DELAY }),
    ]
    session.become('online')
    await tick()
    expect(shown.map(({ fromUserJid, msgBody }) => [fromUserJid, msgBody.message])).to.deep.equal([
      [`${room.jid}/alice`, 'I quit'],
    ])
    room.says('alice', 'from my other device')
    await tick()
    expect(shown.at(-1)?.fromUserJid).to.equal(session.account)
  })

  it('is shown once after lost lines too when the sender and the room give it no lasting id', async () => {
    const { session, room, shown } = await joined()
    const line = (id: string, delay = '') =>
      `<message xmlns="jabber:client" type="groupchat" id="${id}" from="${room.jid}/bob"><body>hi</body>${delay}</message>`
    session.receive(line('1'), line('1'))
    room.history = [line('1', DELAY), line('2', DELAY)]
    for (const _ of [1, 2]) {
      session.become('connecting')
      session.become('online')
      await tick()
    }
    expect(shown.map(({ msgId }) => msgId)).to.deep.equal(['1', '1', '2'])
  })
})
