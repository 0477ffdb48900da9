import { element, encodeChatMessage, encodeReceipt, NS, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import { messagingBench, tick } from '../../test/messaging-bench.ts'
import { ScriptedRoom } from '../../test/scripted-room.ts'
import { refuse, ScriptedSession } from '../../test/scripted-session.ts'
import { hastyClock } from '../../test/upload-bench.ts'
import { Unreachable } from '../unreachable.ts'

const signal = new AbortController().signal
const ACCOUNT = 'alice@example.org'
const BOB = 'bob@example.org'
const ROOM = 'tea@rooms.example.org'

interface Entry {
  readonly id: string
  readonly stanza: XmlElement
}

/** A text as an archive has it; its archive id is `a-<id>`. */
function text(id: string, over: { from?: string; to?: string; url?: string } = {}): Entry {
  const { from = `${BOB}/phone`, to = ACCOUNT, url } = over
  const media = url === undefined ? undefined : { url, kind: 'image' as const }
  return { id: `a-${id}`, stanza: encodeChatMessage({ id, from, to, chat: 'chat', text: id, media }) }
}

function receipt(id: string, state: 'received' | 'displayed', from = `${BOB}/phone`): Entry {
  const stanza = encodeReceipt({ to: ACCOUNT, chat: 'chat', id, state })
  stanza.attrs.from = from
  return { id: `r-${id}-${state}`, stanza }
}

const own = (id: string) => text(id, { from: `${ACCOUNT}/one`, to: BOB })

/** An account with this archive, oldest first, stored a second apart; without one, with none. */
async function bench(archive?: readonly Entry[]) {
  const session = new ScriptedSession()
  const queries: string[] = []
  const base = await messagingBench({ session, clock: hastyClock })
  session.answer = ({ to, payload }) => {
    if (payload.is('query', NS.discoInfo)) return disco(to, archive !== undefined)
    if (!archive) return refuse('service-unavailable')
    const set = payload.getChild('set', NS.resultSets)
    const max = Number(set?.getChildText('max'))
    const before = set?.getChildText('before') ?? ''
    const filter = payload.getChild('x', NS.dataForms)?.getChildren('field').at(-1)?.getChildText('value')
    queries.push(`${to ?? filter}<${before} ${max}`)
    const end = before === '' ? archive.length : archive.findIndex(({ id }) => id === before)
    const page = archive.slice(Math.max(end - max, 0), end)
    for (const { id, stanza } of page) {
      const stamp = new Date(1_000 * (archive.findIndex((entry) => entry.id === id) + 1)).toISOString()
      stanza.attrs.xmlns = NS.client
      session.receive(
        `<message${to === undefined ? '' : ` from="${to}"`}><result xmlns="${NS.archive}" id="${id}" queryid="${payload.attrs.queryid}">
        <forwarded xmlns="${NS.forward}"><delay xmlns="${NS.delay}" stamp="${stamp}"/>${stanza}</forwarded></result></message>`,
      )
    }
    const first = page[0] && element('first', {}, page[0].id)
    return element(
      'fin',
      { xmlns: NS.archive, complete: String(end <= max) },
      element('set', { xmlns: NS.resultSets }, first),
    )
  }
  const list = async (max = 3, before?: string, peer = BOB) => {
    const page = await base.conversations.list({ with: peer, before, max }, signal)
    return { ...page, ids: page.messages.map(({ msgId }) => msgId) }
  }
  return { ...base, queries, list }
}

function disco(to: string | undefined, hasArchive: boolean): XmlElement {
  const isRoom = to?.startsWith(ROOM) === true
  return element(
    'query',
    { xmlns: NS.discoInfo },
    isRoom ? element('identity', { category: 'conference', type: 'text' }) : undefined,
    hasArchive ? element('feature', { var: NS.archive }) : undefined,
  )
}

describe('the history of a conversation', () => {
  it('is read backwards from the archive, own and theirs, each page oldest first', async () => {
    const { list, queries } = await bench([text('1'), own('2'), text('3'), own('4'), text('5')])
    const last = await list()
    expect(last.ids).to.deep.equal(['3', '4', '5'])
    expect(last.messages.map(({ fromUserJid, timestamp }) => [fromUserJid, timestamp])).to.deep.equal([
      [BOB, 3_000],
      [ACCOUNT, 4_000],
      [BOB, 5_000],
    ])
    const first = await list(3, last.before)
    expect(first.ids).to.deep.equal(['1', '2'])
    expect(first.before).to.equal(undefined)
    expect(queries).to.deep.equal([`${BOB}< 3`, `${BOB}<a-3 3`])
  })

  it('fills a page across receipts, which it gives to the own messages', async () => {
    const { list } = await bench([
      own('1'),
      own('2'),
      receipt('1', 'received'),
      receipt('2', 'displayed'),
      own('3'),
      receipt('3', 'received'),
      text('4'),
      receipt('4', 'received', `${ACCOUNT}/two`),
    ])
    const last = await list(2)
    expect(last.ids).to.deep.equal(['3', '4'])
    expect(last.messages.map((message) => message.receipt)).to.deep.equal(['received', undefined])
    const first = await list(2, last.before)
    expect(first.ids).to.deep.equal(['1', '2'])
    expect(first.messages.map((message) => message.receipt)).to.deep.equal(['displayed', 'displayed'])
    expect(first.before).to.equal(undefined)
  })

  it('takes what was displayed for all before it, also pages later, but not back', async () => {
    const { list, conversations } = await bench([own('1'), own('2'), own('3')])
    await conversations.note({ msgId: '2', from: BOB, state: 'displayed' })
    await conversations.note({ msgId: '2', from: BOB, state: 'received' })
    await conversations.note({ msgId: '3', from: 'carol@example.org', state: 'displayed' })
    await conversations.note({ msgId: '3', from: ACCOUNT, state: 'displayed' })
    const last = await list(2)
    expect(last.messages.map((message) => message.receipt)).to.deep.equal(['displayed', undefined])
    expect((await list(2, last.before)).messages.map((message) => message.receipt)).to.deep.equal([
      'displayed',
    ])
  })

  it('shows what was sent twice once, and never more than asked for', async () => {
    const again = { ...text('1'), id: 'a-1-again' }
    const { list } = await bench([text('0'), text('1'), again, text('2'), text('3')])
    const last = await list(2)
    expect(last.ids).to.deep.equal(['2', '3'])
    expect(
      (await list(5, last.before)).messages.map(({ msgId, timestamp }) => [msgId, timestamp]),
    ).to.deep.equal([
      ['0', 1_000],
      ['1', 2_000],
    ])
  })

  it('says where to go on when a long run of receipts held no message', async () => {
    const receipts = Array.from({ length: 25 }, (_, index) => receipt(String(index), 'received'))
    const { list } = await bench([text('1'), ...receipts])
    const empty = await list(2)
    expect(empty.ids).to.deep.equal([])
    expect((await list(10, empty.before)).ids).to.deep.equal(['1'])
  })

  it('gives the files of its messages to downloads, of one id the oldest, but not of one that was shown', async () => {
    const [first, second] = ['http://gateway/media/a/a.png', 'http://gateway/media/b/b.png']
    const { list, history } = await bench([text('m', { url: first }), text('x', { url: first })])
    await history.rememberArchived(
      { ...(await list()).messages[0], msgBody: { message_type: 'image', media: { url: second } } } as never,
      5_000,
    )
    expect((await history.find('m'))?.msgBody.media?.url).to.equal(first)
    const late = await bench([text('m', { url: first })])
    await late.history.rememberArchived(
      { msgId: 'm', msgBody: { message_type: 'image', media: { url: second } } } as never,
      5_000,
    )
    await late.list()
    expect((await late.history.find('m'))?.msgBody.media?.url).to.equal(first)
    const live = await bench([text('m', { url: first })])
    await live.history.remember({
      msgId: 'm',
      msgBody: { message_type: 'image', media: { url: second } },
    } as never)
    await live.list()
    expect((await live.history.find('m'))?.msgBody.media?.url).to.equal(second)
  })

  it('of a room is the archive of the room, whose answers name messages as apps do', async () => {
    const said = (id: string, nick: string, replyTo?: string): Entry => ({
      id: `a-${id}`,
      stanza: encodeChatMessage({
        id,
        from: `${ROOM}/${nick}`,
        to: ROOM,
        chat: 'groupchat',
        text: id,
        ...(replyTo !== undefined && { replyTo: { id: replyTo } }),
      }),
    })
    const { list, queries } = await bench([said('1', 'bob'), said('2', 'carol', 'a-1')])
    const { messages } = await list(5, undefined, ROOM)
    expect(queries).to.deep.equal([`${ROOM}< 5`])
    expect(
      messages.map(({ fromUserJid, toUserJid, replyTo }) => [fromUserJid, toUserJid, replyTo]),
    ).to.deep.equal([
      [`${ROOM}/bob`, ROOM, undefined],
      [`${ROOM}/carol`, ROOM, '1'],
    ])
  })

  it('with somebody whose server is away is there all the same; an empty one is no answer', async () => {
    for (const there of [[text('1', { from: 'eve@elsewhere.org/x' })], []]) {
      const { list, session } = await bench(there)
      const { answer } = session
      session.answer = (request) =>
        request.to === undefined ? answer(request) : refuse('remote-server-timeout', 'wait')
      const found = await list(3, undefined, 'eve@elsewhere.org').catch((error) => error)
      if (there.length > 0) expect(found.ids).to.deep.equal(['1'])
      else expect(found).to.be.instanceOf(Error)
    }
  })

  it('is not read while the archive cannot be asked', async () => {
    const { list, session } = await bench([])
    session.answer = () => {
      throw new Unreachable('Nobody answered')
    }
    expect(await list().catch((error) => error)).to.be.instanceOf(Unreachable)
  })
})

describe('a conversation that no server keeps', () => {
  async function talk(count: number) {
    const base = await bench()
    const keep = (id: string, from = BOB) =>
      base.conversations.keep({
        chatType: 'chat',
        msgId: id,
        fromUserJid: from,
        toUserJid: from === BOB ? ACCOUNT : BOB,
        timestamp: Number(id),
        msgBody: { message_type: 'text', message: id },
        metaData: {},
      })
    for (let id = 1; id <= count; id++) await keep(String(id), id % 2 ? ACCOUNT : BOB)
    return { ...base, keep }
  }

  it('is kept here, page by page, each message once', async () => {
    const { list, keep } = await talk(5)
    await keep('5', ACCOUNT)
    const last = await list(2)
    expect(last).to.deep.include({ ids: ['4', '5'], before: '4' })
    const middle = await list(2, last.before)
    expect(middle).to.deep.include({ ids: ['2', '3'], before: '2' })
    expect(await list(2, middle.before)).to.deep.equal({
      ids: ['1'],
      messages: [(await list(5)).messages[0]],
    })
    expect((await list(2, 'unknown')).ids).to.deep.equal([])
  })

  it('is kept up to 200 messages, with their receipts', async () => {
    const { list, conversations, store } = await talk(203)
    await conversations.note({ msgId: '203', from: BOB, state: 'displayed' })
    expect((await list(500)).ids.slice(0, 2)).to.deep.equal(['4', '5'])
    const kept = (await store.get('conversations', BOB)) as { receipt?: string }[]
    expect(kept.map(({ receipt }) => receipt).slice(-2)).to.deep.equal([undefined, 'displayed'])
  })

  it('is not kept where there is an archive, and asks once whether there is', async () => {
    const { conversations, store, session } = await bench([])
    const message = { chatType: 'chat', msgId: '1', fromUserJid: BOB, toUserJid: ACCOUNT } as never
    await conversations.keep(message)
    await conversations.keep(message)
    expect(await store.entries('conversations')).to.deep.equal([])
    expect(session.asked).to.have.length(1)
  })
})

describe('what the user does', () => {
  it('is told to the other one: seen, and typing', async () => {
    const { conversations, session } = await bench()
    await conversations.markDisplayed({ with: BOB, id: 'm1' }, signal)
    await conversations.typing({ to: BOB, state: 'composing' }, signal)
    expect(session.sent.map(String)).to.deep.equal([
      `<message type="chat" to="${BOB}"><displayed xmlns="${NS.markers}" id="m1"/><store xmlns="${NS.hints}"/></message>`,
      `<message type="chat" to="${BOB}"><composing xmlns="${NS.chatStates}"/><no-store xmlns="${NS.hints}"/></message>`,
    ])
  })

  it('is told in a room by what the room named the message', async () => {
    const { conversations, session, rooms } = await bench()
    const room = new ScriptedRoom(session)
    await rooms.join(room.jid)
    room.says('bob', 'hello', { id: 'm1', stanzaId: 's1' })
    await tick()
    session.sent.length = 0
    await conversations.markDisplayed({ with: room.jid, id: 'm1' }, signal)
    await conversations.typing({ to: room.jid, state: 'paused' }, signal)
    expect(session.sent.map(({ attrs }) => attrs.type)).to.deep.equal(['groupchat', 'groupchat'])
    expect(session.sent[0]?.getChild('displayed')?.attrs.id).to.equal('s1')
  })

  it('is not told too late or without a line, and nothing fails of it', async () => {
    const { conversations, session } = await bench()
    await conversations.typing({ to: BOB, state: 'active' }, AbortSignal.abort())
    session.become('connecting')
    await conversations.typing({ to: BOB, state: 'active' }, signal)
    expect(session.sent).to.deep.equal([])
  })
})
