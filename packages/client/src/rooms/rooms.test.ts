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
    expect(presences()).to.deep.equal([`${room.jid}/alice`, `${room.jid}/al`])
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
