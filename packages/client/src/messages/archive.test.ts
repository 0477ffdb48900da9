import { element, NS, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import { messagingBench } from '../../test/messaging-bench.ts'
import { parseXml } from '../../test/parse-xml.ts'
import { ScriptedRoom } from '../../test/scripted-room.ts'
import { refuse, ScriptedSession } from '../../test/scripted-session.ts'
import { hastyClock } from '../../test/upload-bench.ts'
import { Unreachable } from '../unreachable.ts'

const signal = new AbortController().signal
const ACCOUNT = 'alice@example.org'
const FORGED_DATE = '<delay stamp="2001-01-01T00:00:00Z" xmlns="urn:xmpp:delay"/>'

/** A media message as an archive returns it. */
function result(over: {
  from?: string | undefined
  queryId: string
  id?: string
  url?: string
  sender?: string
  type?: string
  stamp?: string
  /** What the sender wrote into the message. */
  children?: string
}): string {
  const {
    from,
    queryId,
    id = 'm1',
    url = 'https://gateway/media/x/a.png',
    sender = 'bob@example.org/phone',
    stamp = '2026-11-25T22:31:18Z',
  } = over
  return `
    <message to="alice@example.org/one" xmlns="jabber:client" ${from === undefined ? '' : `from="${from}"`}>
      <result xmlns="urn:xmpp:mam:2" queryid="${queryId}" id="${id}-archive">
        <forwarded xmlns="urn:xmpp:forward:0">
          <delay stamp="${stamp}" xmlns="urn:xmpp:delay"/>
          <message to="${ACCOUNT}" id="${id}" from="${sender}" xmlns="jabber:client" type="${over.type ?? 'chat'}">
            <body>${url}</body><x xmlns="jabber:x:oob"><url>${url}</url></x>
            <origin-id id="${id}" xmlns="urn:xmpp:sid:0"/>${over.children ?? ''}
          </message>
        </forwarded>
      </result>
    </message>`
}

function fin(first: string | undefined, complete: boolean): XmlElement {
  return parseXml(`
    <fin xmlns="urn:xmpp:mam:2"${complete ? ' complete="true"' : ''}>
      <set xmlns="http://jabber.org/protocol/rsm"><count>3</count>
        ${first === undefined ? '' : `<first>${first}</first><last>l</last>`}</set>
    </fin>`)
}

const queryIdOf = (payload: XmlElement) => String(payload.attrs.queryid)
const beforeOf = (payload: XmlElement) => payload.getChild('set', NS.resultSets)?.getChildText('before')

async function archive(answer: (session: ScriptedSession) => ScriptedSession['answer']) {
  const session = new ScriptedSession()
  const bench = await messagingBench({ session, clock: hastyClock })
  session.answer = answer(session)
  return bench
}

describe('an archive', () => {
  it('gives the media message of an id, as it was when it was sent', async () => {
    for (const from of [undefined, ACCOUNT]) {
      const { archive: held } = await archive((session) => ({ payload }) => {
        session.receive(result({ from, queryId: queryIdOf(payload) }))
        return fin('m1-archive', true)
      })
      const found = await held.findMedia('m1', signal)
      expect(found).to.deep.include({ msgId: 'm1', fromUserJid: 'bob@example.org', toUserJid: ACCOUNT })
      expect(found?.timestamp).to.equal(Date.parse('2026-11-25T22:31:18Z'))
      expect(found?.msgBody.media?.url).to.equal('https://gateway/media/x/a.png')
    }
  })

  it('is read backwards, page after page, up to 1,000 messages', async () => {
    const { archive: held, session } = await archive(() => ({ payload }) => {
      const before = Number(beforeOf(payload) || 21)
      return fin(String(before - 1), false)
    })
    expect(await held.findMedia('m1', signal)).to.equal(undefined)
    const pages = session.asked.map(({ payload }) => beforeOf(payload))
    expect(pages).to.deep.equal(['', ...Array.from({ length: 19 }, (_, index) => String(20 - index))])
    expect(session.asked[0]?.payload.toString()).to.equal(
      `<query xmlns="urn:xmpp:mam:2" queryid="${queryIdOf(session.asked[0]?.payload as XmlElement)}">` +
        '<set xmlns="http://jabber.org/protocol/rsm"><max>50</max><before/></set></query>',
    )
  })

  it('ends at its beginning, and where it does not move', async () => {
    for (const answers of [
      [fin('a', false), fin('b', true)],
      [fin('a', false), fin(undefined, false)],
      [fin('a', false), fin('a', false)],
    ]) {
      const { archive: held, session } = await archive(() => () => answers.shift())
      expect(await held.findMedia('m1', signal)).to.equal(undefined)
      expect(session.asked).to.have.length(2)
    }
  })

  it('takes no result from anyone else, and none of another query', async () => {
    const { archive: held } = await archive((session) => ({ payload }) => {
      const queryId = queryIdOf(payload)
      for (const from of ['mallory@example.org', `${ACCOUNT}/one`, 'example.org', 'room@rooms.example.org'])
        session.receive(result({ from, queryId }))
      session.receive(result({ from: ACCOUNT, queryId: 'another' }))
      return fin(undefined, true)
    })
    expect(await held.findMedia('m1', signal)).to.equal(undefined)
  })

  it('gives what was sent first when an id was used twice', async () => {
    const { archive: held } = await archive((session) => ({ payload }) => {
      const queryId = queryIdOf(payload)
      session.receive(
        result({ queryId }),
        result({ queryId, url: 'https://evil/b.exe', sender: 'mallory@evil/x' }),
      )
      return fin('m1-archive', true)
    })
    expect((await held.findMedia('m1', signal))?.fromUserJid).to.equal('bob@example.org')
  })

  it('gives what was sent first also when that is pages back, or in another archive', async () => {
    const room = 'tea@rooms.example.org'
    // Of each archive the pages, the newest first; `bob` has the id first.
    const forged = { sender: 'mallory@evil/x', stamp: '2026-11-26T00:00:00Z', children: FORGED_DATE }
    for (const { own, inRoom } of [
      { own: [forged, {}], inRoom: [undefined] },
      { own: [forged], inRoom: [undefined, { sender: `${room}/bob`, type: 'groupchat' }] },
      { own: [{}], inRoom: [{ ...forged, sender: `${room}/mallory`, type: 'groupchat' }] },
    ]) {
      const bench = await archive((session) => ({ to, payload }) => {
        const pages = to === undefined ? own : inRoom
        const page = Number(beforeOf(payload) || 0)
        const over = pages[page]
        if (over) session.receive(result({ ...over, from: to, queryId: queryIdOf(payload) }))
        return fin(String(page + 1), page + 1 === pages.length)
      })
      new ScriptedRoom(bench.session)
      await bench.rooms.join(room)
      expect((await bench.archive.findMedia('m1', signal))?.fromUserJid).to.match(/bob/)
    }
  })

  it('of a joined room is asked as well, and answers for that room alone', async () => {
    const room = 'tea@rooms.example.org'
    const {
      archive: held,
      rooms,
      session,
    } = await archive((session) => ({ to, payload }) => {
      if (to === undefined) refuse('feature-not-implemented')
      const queryId = queryIdOf(payload)
      session.receive(result({ from: ACCOUNT, queryId, sender: 'mallory@evil/x' }))
      session.receive(result({ from: room, queryId, sender: `${room}/bob`, type: 'groupchat' }))
      return fin('m1-archive', true)
    })
    session.onSent = () =>
      session.receive(
        `<presence from="${room}/alice"><x xmlns="http://jabber.org/protocol/muc#user"><status code="110"/></x></presence>`,
        `<message type="groupchat" from="${room}"><subject/></message>`,
      )
    await rooms.join(room)
    expect(await held.findMedia('m1', signal)).to.deep.include({
      chatType: 'groupchat',
      fromUserJid: `${room}/bob`,
      toUserJid: room,
    })
  })

  it('of a room tells the own messages from those of whoever had the nickname before', async () => {
    const room = 'tea@rooms.example.org'
    const bench = await archive((session) => ({ to, payload }) => {
      const queryId = queryIdOf(payload)
      if (to !== undefined)
        for (const id of ['m1', 'm2'])
          session.receive(result({ from: room, queryId, id, sender: `${room}/alice`, type: 'groupchat' }))
      return fin(undefined, true)
    })
    new ScriptedRoom(bench.session)
    await bench.rooms.join(room)
    bench.repeats.isNew({ sender: ACCOUNT, id: 'm1' })
    expect((await bench.archive.findMedia('m1', signal))?.fromUserJid).to.equal(ACCOUNT)
    expect((await bench.archive.findMedia('m2', signal))?.fromUserJid).to.equal(`${room}/alice`)
  })

  it('that is not there has nothing, but one that cannot be asked is no answer', async () => {
    const without = await archive(() => () => refuse('service-unavailable'))
    expect(await without.archive.findMedia('m1', signal)).to.equal(undefined)
    const away = await archive(() => () => {
      throw new Unreachable('Nobody answered')
    })
    expect(await away.archive.findMedia('m1', signal).catch((error) => error)).to.be.instanceOf(Unreachable)
    const busy = await archive(() => () => refuse('resource-constraint', 'wait'))
    expect(await busy.archive.findMedia('m1', signal).catch((error) => error)).to.have.property(
      'retryable',
      true,
    )
  })
})

describe('the results of an archive', () => {
  it('are not shown as new messages', async () => {
    const { inbox, session } = await archive(() => () => element('fin', { xmlns: NS.archive }))
    const shown: unknown[] = []
    inbox.messages.add((message) => shown.push(message))
    session.receive(result({ from: ACCOUNT, queryId: 'any' }))
    await inbox.close({ forget: false })
    expect(shown).to.deep.equal([])
  })
})
