import { element, encodeRoster, NS, type RosterItem } from '@sluice/protocol'
import { expect } from 'chai'
import { messagingBench, tick } from '../../test/messaging-bench.ts'
import { refuse, ScriptedSession } from '../../test/scripted-session.ts'
import { hastyClock } from '../../test/upload-bench.ts'
import { Listeners } from '../listeners.ts'
import { logTo } from '../log.ts'
import type { Contact } from './contact.ts'
import { Contacts } from './contacts.ts'
import { EarlyPresences } from './early-presences.ts'

const ACCOUNT = 'alice@example.org'
const BOB = 'bob@example.org'
const signal = new AbortController().signal
const log = logTo(undefined)

/** An account whose server holds this list. */
async function bench(items: RosterItem[] = []) {
  const session = new ScriptedSession()
  const { rooms } = await messagingBench({ session, clock: hastyClock })
  const early = new EarlyPresences({ session })
  const changes = new Listeners<readonly Contact[]>(log)
  const told: (readonly Contact[])[] = []
  changes.add((contacts) => told.push(contacts))
  session.answer = ({ type }) => (type === 'get' ? encodeRoster(items) : undefined)
  const open = () => new Contacts({ session, rooms, early, changes, log })
  const push = (item: RosterItem, from?: string) =>
    session.stanzas.emit(element('iq', { type: 'set', id: 'p1', from }, encodeRoster([item])))
  const presence = (from: string, type?: string) =>
    session.receive(`<presence from="${from}"${type === undefined ? '' : ` type="${type}"`}/>`)
  const asked = () => session.asked.map(({ type, payload }) => `${type} ${payload}`)
  return { session, rooms, items, told, open, push, presence, asked }
}

const contact = (over: Partial<Contact> = {}): Contact => ({
  jid: BOB,
  subscription: 'none',
  asking: false,
  pending: false,
  online: false,
  ...over,
})

describe('the contact list', () => {
  it('is what the server holds, by name, with who is there', async () => {
    const { open, presence } = await bench([
      { jid: 'zoe@example.org', name: 'Bea', subscription: 'both' },
      { jid: BOB, subscription: 'to', groups: ['Friends'] },
    ])
    const contacts = open()
    presence(`${BOB}/phone`)
    expect(await contacts.list(signal)).to.deep.equal([
      contact({ jid: 'zoe@example.org', name: 'Bea', subscription: 'both' }),
      contact({ subscription: 'to', online: true }),
    ])
  })

  it('misses nothing that came before it was asked for', async () => {
    const { open, presence } = await bench([{ jid: BOB, subscription: 'both' }])
    presence(`${BOB}/phone`)
    presence(`${BOB}/laptop`)
    presence(`${BOB}/phone`, 'unavailable')
    presence('carol@example.org', 'subscribe')
    presence('dave@example.org', 'subscribe')
    presence('dave@example.org', 'unsubscribe')
    expect(await open().list(signal)).to.deep.equal([
      contact({ subscription: 'both', online: true }),
      contact({ jid: 'carol@example.org', asking: true }),
    ])
  })

  it('forgets with the line who was there and who asked, and is read anew with the next one', async () => {
    const { session, open, presence, items, told } = await bench([{ jid: BOB, subscription: 'both' }])
    presence(`${BOB}/phone`)
    presence('carol@example.org', 'subscribe')
    session.become('connecting')
    session.become('online')
    const contacts = open()
    expect(await contacts.list(signal)).to.deep.equal([contact({ subscription: 'both' })])
    presence(`${BOB}/phone`)
    session.become('connecting')
    expect(told.at(-1)).to.deep.equal([contact({ subscription: 'both' })])
    items.push({ jid: 'carol@example.org', subscription: 'none' })
    session.become('online')
    await tick()
    expect(told.at(-1)).to.have.length(2)
  })

  it('follows each device of a contact, until the last one is gone', async () => {
    const { open, presence, told } = await bench([{ jid: BOB, subscription: 'both' }])
    await open().list(signal)
    for (const resource of ['phone', 'laptop']) presence(`${BOB}/${resource}`)
    presence(`${BOB}/phone`, 'unavailable')
    expect(told.at(-1)?.[0]?.online).to.equal(true)
    presence(`${BOB}/laptop`, 'unavailable')
    presence(`${BOB}/laptop`, 'error')
    expect(told.map(([first]) => first?.online)).to.deep.equal([false, true, false])
    presence(`${BOB}/phone`)
    presence(BOB, 'unavailable')
    expect(told.at(-1)?.[0]?.online).to.equal(false)
  })

  it('takes changes from its own server alone', async () => {
    const { open, push, told } = await bench()
    await open().list(signal)
    push({ jid: BOB, subscription: 'to' }, 'mallory@example.org')
    push({ jid: BOB, subscription: 'to' }, `${ACCOUNT}/one`)
    expect(told).to.deep.equal([[]])
    push({ jid: BOB, subscription: 'to' }, ACCOUNT)
    push({ jid: 'carol@example.org', subscription: 'none' })
    push({ jid: BOB, subscription: 'remove' })
    expect(told.map((contacts) => contacts.map(({ jid }) => jid))).to.deep.equal([
      [],
      [BOB],
      [BOB, 'carol@example.org'],
      ['carol@example.org'],
    ])
  })

  it('holds no occupants of rooms', async () => {
    const { open, presence, rooms, told } = await bench()
    await open().list(signal)
    rooms.join('tea@rooms.example.org').catch(() => {})
    presence('tea@rooms.example.org/bob')
    presence('tea@rooms.example.org/bob', 'subscribe')
    expect(told).to.deep.equal([[]])
  })

  it('puts somebody on it and asks for their presence', async () => {
    const { open, session, asked } = await bench()
    await open().add({ jid: BOB, name: ' Bob\nB. ' }, signal)
    expect(asked()).to.deep.equal([
      `get ${encodeRoster([])}`,
      `set ${encodeRoster([{ jid: BOB, name: 'Bob B.' }])}`,
    ])
    expect(session.sent.map(String)).to.deep.equal([`<presence to="${BOB}" type="subscribe"/>`])
  })

  it('keeps groups and name of whom it has, and does not ask for what it sees', async () => {
    const { open, session, asked } = await bench([
      { jid: BOB, name: 'Bob', subscription: 'to', groups: ['Friends'] },
    ])
    await open().add({ jid: BOB }, signal)
    expect(asked().at(-1)).to.equal(`set ${encodeRoster([{ jid: BOB, name: 'Bob', groups: ['Friends'] }])}`)
    expect(session.sent).to.deep.equal([])
  })

  it('shows who asks, lets them see us and asks back', async () => {
    const { open, session, presence, told } = await bench()
    const contacts = open()
    await contacts.list(signal)
    presence(BOB, 'subscribe')
    expect(told.at(-1)).to.deep.equal([contact({ asking: true })])
    await contacts.accept(BOB, signal)
    expect(session.sent.map(({ attrs }) => attrs.type)).to.deep.equal(['subscribed', 'subscribe'])
    expect(told.at(-1)).to.deep.equal([])
  })

  it('lets somebody be refused, also by taking them off', async () => {
    const { open, session, presence, told } = await bench()
    const contacts = open()
    await contacts.list(signal)
    for (const say of ['decline', 'remove'] as const) {
      presence(BOB, 'subscribe')
      await contacts[say](BOB, signal)
    }
    expect(session.sent.map(String)).to.deep.equal(
      Array(2).fill(`<presence to="${BOB}" type="unsubscribed"/>`),
    )
    expect(told.at(-1)).to.deep.equal([])
  })

  it('consents by itself to whom we asked ourselves, in whatever order that is known', async () => {
    for (const item of [
      { jid: BOB, subscription: 'none', pending: true },
      { jid: BOB, subscription: 'to' },
    ] as RosterItem[]) {
      const early = await bench([item])
      early.presence(BOB, 'subscribe')
      await early.open().list(signal)
      const late = await bench([item])
      await late.open().list(signal)
      late.presence(BOB, 'subscribe')
      for (const { session, told } of [early, late]) {
        expect(session.sent.map(String)).to.deep.equal([`<presence to="${BOB}" type="subscribed"/>`])
        expect(told.at(-1)?.[0]?.asking).to.equal(false)
      }
    }
  })

  it('no longer shows as asking whom another device has answered', async () => {
    const { open, push, presence, told } = await bench()
    await open().list(signal)
    presence(BOB, 'subscribe')
    push({ jid: BOB, subscription: 'from' })
    expect(told.at(-1)).to.deep.equal([contact({ subscription: 'from' })])
  })

  it('takes somebody off, though another device was faster', async () => {
    const { open, session, asked } = await bench([{ jid: BOB, subscription: 'both' }])
    const contacts = open()
    await contacts.list(signal)
    session.answer = () => refuse('item-not-found')
    await contacts.remove(BOB, signal)
    expect(asked().at(-1)).to.equal(`set ${encodeRoster([{ jid: BOB, subscription: 'remove' }])}`)
    await contacts.remove('nobody@example.org', signal)
    expect(session.asked).to.have.length(2)
  })

  it('is asked for again after it could not be read', async () => {
    const { open, session, items } = await bench([{ jid: BOB }])
    session.answer = () => refuse('resource-constraint', 'wait')
    const contacts = open()
    expect(await contacts.list(signal).catch((error) => error)).to.have.property('retryable', true)
    session.answer = () => encodeRoster(items)
    expect(await contacts.list(signal)).to.have.length(1)
    expect(session.asked.every(({ payload }) => payload.getNS() === NS.roster)).to.equal(true)
  })
})
