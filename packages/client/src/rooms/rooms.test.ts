import { expect } from 'chai'
import { messagingBench, tick } from '../../test/messaging-bench.ts'
import { MovedClock } from '../../test/scripted-connection.ts'
import { ScriptedRoom } from '../../test/scripted-room.ts'
import { ScriptedSession } from '../../test/scripted-session.ts'
import { Unreachable } from '../unreachable.ts'

async function rooms() {
  const session = new ScriptedSession()
  const clock = new MovedClock()
  const bench = await messagingBench({ session, clock })
  const presences = () => session.sent.filter(({ name }) => name === 'presence').map(({ attrs }) => attrs.to)
  return { ...bench, clock, room: new ScriptedRoom(session), presences }
}

describe('a room', () => {
  it('is joined under the account name, or another when somebody has it', async () => {
    const { rooms: held, room, presences } = await rooms()
    room.taken.add('alice').add('alice-2')
    expect(await held.join(room.jid)).to.deep.equal({ jid: room.jid, nick: 'alice-3' })
    expect(presences()).to.deep.equal(['', '-2', '-3'].map((suffix) => `${room.jid}/alice${suffix}`))
    expect(held.isOwn(`${room.jid}/alice-3`)).to.equal(true)
    expect(held.isOwn(`${room.jid}/alice`)).to.equal(false)
  })

  it('is not joined when every nickname is taken, or the password is wrong', async () => {
    const { rooms: held, room } = await rooms()
    for (const nick of ['alice', ...[2, 3, 4, 5, 6, 7, 8, 9].map((number) => `alice-${number}`)])
      room.taken.add(nick)
    expect(await held.join(room.jid).catch((error) => error)).to.have.property('statusCode', 409)
    room.closedBy = 'not-authorized'
    const failure = await held.join(room.jid, { nick: 'al', password: 'wrong' }).catch((error) => error)
    expect(failure).to.have.property('statusCode', 401)
    expect(held.list()).to.deep.equal([])
  })

  it('is unlocked when it is new (XEP-0045 §10.1.2)', async () => {
    const { rooms: held, room, session } = await rooms()
    room.isNew = true
    session.answer = () => undefined
    await held.join(room.jid, { nick: 'al', password: 'secret' })
    expect(String(session.sent[0])).to.include('<password>secret</password><history maxstanzas="0"/>')
    expect(session.asked.map(({ to, payload }) => [to, String(payload)])).to.deep.equal([
      [
        room.jid,
        '<query xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data" type="submit"/></query>',
      ],
    ])
  })

  it('is not joined before it is unlocked, so that others can follow at once', async () => {
    const { rooms: held, room, session } = await rooms()
    room.isNew = true
    let unlock = () => {}
    session.answer = () =>
      new Promise<undefined>((resolve) => {
        unlock = () => resolve(undefined)
      })
    let joined = false
    const joining = held.join(room.jid).then(() => {
      joined = true
    })
    await tick()
    expect(joined).to.equal(false)
    unlock()
    await joining
  })

  it('is joined again with the line, asking for what was said in the meantime', async () => {
    const { rooms: held, room, session, clock, presences } = await rooms()
    await held.join(room.jid)
    session.become('connecting')
    await clock.move(90_000)
    session.become('online')
    await tick()
    expect(presences()).to.have.length(2)
    expect(String(session.sent.at(-1))).to.include('<history seconds="91"/>')
    await held.join(room.jid)
    expect(presences()).to.have.length(2)
  })

  it('follows a new nickname, and a kick', async () => {
    const { rooms: held, room, session, presences } = await rooms()
    await held.join(room.jid)
    session.receive(
      room.present('alice', [303, 110], { type: 'unavailable', newNick: 'al' }),
      room.present('al', [110]),
    )
    expect(held.list()).to.deep.equal([{ jid: room.jid, nick: 'al' }])
    await held.join(room.jid)
    expect(presences()).to.have.length(1)
    session.receive(room.present('al', [307, 110], { type: 'unavailable' }))
    await held.join(room.jid)
    expect(presences()).to.deep.equal([`${room.jid}/alice`, `${room.jid}/alice`])
  })

  it('is entered again until it works, after a longer while each time', async () => {
    const { rooms: held, room, session, clock, presences } = await rooms()
    await held.join(room.jid)
    session.become('connecting')
    room.closedBy = 'remote-server-timeout'
    session.become('online')
    await clock.move(500)
    expect(presences()).to.have.length(3)
    await clock.move(999)
    expect(presences()).to.have.length(3)
    room.closedBy = undefined
    await clock.move(1)
    expect(presences()).to.have.length(4)
    for (let round = 0; round < 5; round++) await clock.move(60_000)
    expect(presences()).to.have.length(4)
    expect(held.list()).to.deep.equal([{ jid: room.jid, nick: 'alice' }])
  })

  it('is not tried any more once the line is lost, or it is left', async () => {
    const { rooms: held, room, session, clock, presences } = await rooms()
    await held.join(room.jid)
    session.become('connecting')
    room.closedBy = 'remote-server-timeout'
    session.become('online')
    await tick()
    session.become('connecting')
    await clock.move(60_000)
    expect(presences()).to.have.length(2)
    session.become('online')
    await tick()
    await held.leave(room.jid)
    await clock.move(60_000)
    expect(presences()).to.have.length(3)
  })

  it('is let go when it lets us in no more', async () => {
    const { rooms: held, room, session, clock, presences } = await rooms()
    await held.join(room.jid)
    session.become('connecting')
    room.closedBy = 'registration-required'
    session.become('online')
    await clock.move(60_000)
    expect(presences()).to.have.length(2)
    expect(held.list()).to.deep.equal([])
  })

  it('is entered again when it is in doubt, without waiting for a message', async () => {
    const { rooms: held, room, presences } = await rooms()
    await held.join(room.jid)
    held.doubt(room.jid)
    held.doubt(room.jid)
    await tick()
    expect(presences()).to.have.length(2)
  })

  for (const codes of [[332], [333], [307, 333], []]) {
    it(`is entered again when its service goes away: ${codes.join(' and ') || 'no code'}`, async () => {
      const { rooms: held, room, session, presences } = await rooms()
      await held.join(room.jid)
      session.receive(room.present('alice', [110, ...codes], { type: 'unavailable' }))
      await tick()
      expect(presences()).to.have.length(2)
      expect(held.list()).to.have.length(1)
    })
  }

  for (const code of [301, 307, 321, 322]) {
    it(`is let go when it puts us out: ${code}`, async () => {
      const { rooms: held, room, session, clock, presences } = await rooms()
      await held.join(room.jid)
      session.receive(room.present('alice', [110, code], { type: 'unavailable' }))
      await clock.move(60_000)
      expect(presences()).to.have.length(1)
      expect(held.list()).to.deep.equal([])
    })
  }

  it('is let go, and not made anew, when it is destroyed (XEP-0045 §10.9)', async () => {
    const { rooms: held, room, session, clock, presences } = await rooms()
    await held.join(room.jid)
    session.receive(
      `<presence from="${room.jid}/alice" type="unavailable"><x xmlns="http://jabber.org/protocol/muc#user">
        <item affiliation="none" role="none"/><destroy/></x></presence>`,
    )
    await clock.move(60_000)
    expect(presences()).to.have.length(1)
    expect(held.list()).to.deep.equal([])
  })

  it('is not lost by the goodbye of an earlier stay', async () => {
    const { rooms: held, room, session } = await rooms()
    await held.join(room.jid)
    await held.leave(room.jid)
    const joining = held.join(room.jid)
    session.receive(room.present('alice', [110], { type: 'unavailable' }))
    expect(await joining).to.deep.equal({ jid: room.jid, nick: 'alice' })
  })

  it('is no longer waited for when it does not answer, or the line is lost', async () => {
    const { rooms: held, clock, session } = await rooms()
    const silent = held.join('silent@rooms.example.org').catch((error) => error)
    await clock.move(20_000)
    expect(await silent).to.be.instanceOf(Unreachable)
    const lost = held.join('silent@rooms.example.org').catch((error) => error)
    await tick()
    session.become('connecting')
    expect(await lost).to.be.instanceOf(Unreachable)
  })

  it('is entered without a subject too, a moment after the own presence', async () => {
    const { rooms: held, clock, session, room } = await rooms()
    session.onSent = () => session.receive(room.present('alice', [110]))
    const joining = held.join(room.jid)
    await clock.move(5_000)
    expect(await joining).to.deep.equal({ jid: room.jid, nick: 'alice' })
  })

  it('is left also on the way in, under the nickname that is asked for', async () => {
    const { rooms: held, room, session } = await rooms()
    room.taken.add('alice')
    const take = session.onSent
    session.onSent = (stanza) => stanza.attrs.to === `${room.jid}/alice` && take(stanza)
    const joining = held.join(room.jid).catch((error) => error)
    await tick()
    await held.leave(room.jid)
    expect(await joining).to.be.instanceOf(Unreachable)
    expect(session.sent.map(({ attrs }) => [attrs.to, attrs.type])).to.deep.equal([
      [`${room.jid}/alice`, undefined],
      [`${room.jid}/alice-2`, undefined],
      [`${room.jid}/alice-2`, 'unavailable'],
    ])
  })

  it('is joined for whoever still wants it, and left when nobody does', async () => {
    const { rooms: held, room, session } = await rooms()
    const take = session.onSent
    session.onSent = () => {}
    const [first, second] = [new AbortController(), new AbortController()]
    const joins = [first, second].map(({ signal }) => held.join(room.jid, { signal }).catch((error) => error))
    await tick()
    first.abort(new Error('not needed'))
    expect(await joins[0]).to.have.property('message', 'not needed')
    session.receive(
      room.present('alice', [110]),
      `<message type="groupchat" from="${room.jid}"><subject/></message>`,
    )
    expect(await joins[1]).to.deep.equal({ jid: room.jid, nick: 'alice' })
    expect(held.list()).to.have.length(1)
    await held.leave(room.jid)

    session.sent.length = 0
    const third = new AbortController()
    const joining = held.join(room.jid, { signal: third.signal }).catch((error) => error)
    await tick()
    third.abort(new Error('not needed'))
    expect(await joining).to.have.property('message', 'not needed')
    expect(session.sent.map(({ attrs }) => attrs.type)).to.deep.equal([undefined, 'unavailable'])
    expect(held.list()).to.deep.equal([])
    session.onSent = take
    await held.join(room.jid)
  })

  it('is left also while it is in doubt, but not after the line was lost', async () => {
    const { rooms: held, room, session } = await rooms()
    await held.join(room.jid)
    session.onSent = () => {}
    held.doubt(room.jid)
    await held.leave(room.jid)
    expect(session.sent.at(-1)?.attrs).to.deep.include({ to: `${room.jid}/alice`, type: 'unavailable' })
    const second = await rooms()
    await second.rooms.join(room.jid)
    second.session.become('connecting')
    second.session.state = 'online'
    await second.rooms.leave(room.jid)
    expect(second.session.sent).to.have.length(1)
  })

  it('is left when asked to, and at the end', async () => {
    const { rooms: held, session, room } = await rooms()
    await held.join(room.jid)
    await held.leave(room.jid)
    await held.leave(room.jid)
    await held.join(room.jid)
    await held.close()
    const exits = session.sent
      .filter(({ attrs }) => attrs.type === 'unavailable')
      .map(({ attrs }) => attrs.to)
    expect(exits).to.deep.equal([`${room.jid}/alice`, `${room.jid}/alice`])
    expect(held.list()).to.deep.equal([])
  })
})
