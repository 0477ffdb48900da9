import { element, NS, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import { refuse, ScriptedSession } from '../../test/scripted-session.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { Unreachable } from '../unreachable.ts'
import { RoomFinder } from './room-finder.ts'

const { signal } = new AbortController()

function info(category: string, type: string): XmlElement {
  return element('query', { xmlns: NS.discoInfo }, element('identity', { category, type }))
}

/** Answers for these addresses, and refuses all others. */
function finder(known: Record<string, XmlElement | (() => never)>) {
  const session = new ScriptedSession()
  session.answer = ({ to = '' }) => {
    const answer = known[to]
    return typeof answer === 'function' ? answer() : (answer ?? refuse('item-not-found'))
  }
  return { session, finder: new RoomFinder({ session }) }
}

describe('whether an address is a room', () => {
  it('is what its disco says, asked once', async () => {
    const { finder: found, session } = finder({
      'tea@rooms.example.org': info('conference', 'text'),
      'bob@other.org': info('account', 'registered'),
      'irc%net@rooms.example.org': info('conference', 'irc'),
    })
    for (let round = 0; round < 2; round++) {
      expect(await found.isRoom('tea@rooms.example.org', signal)).to.equal(true)
      expect(await found.isRoom('bob@other.org', signal)).to.equal(false)
      expect(await found.isRoom('irc%net@rooms.example.org', signal)).to.equal(false)
    }
    expect(session.asked).to.have.length(3)
  })

  it('is asked of its domain when it says nothing itself: a room that nobody has opened, a person who hides', async () => {
    const { finder: found } = finder({
      'rooms.example.org': info('conference', 'text'),
      'other.org': info('server', 'im'),
    })
    expect(await found.isRoom('new@rooms.example.org', signal)).to.equal(true)
    expect(await found.isRoom('bob@other.org', signal)).to.equal(false)
  })

  it('is asked of nobody for an account of our own server', async () => {
    const { finder: found, session } = finder({})
    expect(await found.isRoom('bob@example.org', signal)).to.equal(false)
    expect(session.asked).to.deep.equal([])
  })

  it('is not concluded from a silence: who is unknown now is asked again', async () => {
    const known: Parameters<typeof finder>[0] = { 'rooms.example.org': () => refuse('service-unavailable') }
    const { finder: found } = finder(known)
    expect(await found.isRoom('tea@rooms.example.org', signal)).to.equal(false)
    known['rooms.example.org'] = info('conference', 'text')
    expect(await found.isRoom('tea@rooms.example.org', signal)).to.equal(true)
  })

  for (const condition of ['remote-server-not-found', 'remote-server-timeout']) {
    it(`is not known while its service is out of reach: ${condition}`, async () => {
      const known: Parameters<typeof finder>[0] = {
        'tea@rooms.example.org': () => refuse(condition),
        'rooms.example.org': () => refuse(condition),
      }
      const { finder: found } = finder(known)
      const failure = await found.isRoom('tea@rooms.example.org', signal).catch((error) => error)
      expect(failure).to.be.instanceOf(Unreachable)
      delete known['tea@rooms.example.org']
      const again = await found.isRoom('tea@rooms.example.org', signal).catch((error) => error)
      expect(again).to.be.instanceOf(Unreachable)
      known['rooms.example.org'] = info('conference', 'text')
      expect(await found.isRoom('tea@rooms.example.org', signal)).to.equal(true)
    })
  }

  it('is asked again when nobody could say', async () => {
    const known: Parameters<typeof finder>[0] = {
      'tea@rooms.example.org': () => refuse('resource-constraint', 'wait'),
    }
    const { finder: found } = finder(known)
    const failure = await found.isRoom('tea@rooms.example.org', signal).catch((error) => error)
    expect(failure).to.be.instanceOf(StanzaRefused)
    known['tea@rooms.example.org'] = info('conference', 'text')
    expect(await found.isRoom('tea@rooms.example.org', signal)).to.equal(true)
  })
})
