import { element, NS } from '@sluice/protocol'
import { expect } from 'chai'
import { DOMAIN, MessagingBed } from '../../test/messaging/messaging-bed.ts'
import { ScriptedSession } from '../../test/messaging/scripted-session.ts'
import type { Messaging } from './create-messaging.ts'
import { StanzaFailure } from './stanza-failure.ts'

const BOB = `bob@${DOMAIN}`

describe('UpdatePresence', () => {
  let messaging: Messaging

  beforeEach(() => {
    messaging = new MessagingBed().join()
  })

  const presences = ({ received }: ScriptedSession) =>
    received.map((frame) => {
      const from = /from="[^"]*\/([^"]*)"/.exec(frame)?.[1]
      return frame.includes('type="unavailable"') ? `-${from}` : `+${from}`
    })

  it('lets the devices of one account see each other come and go, and nobody else', () => {
    const phone = ScriptedSession.join(messaging, `${BOB}/phone`, 0)
    const alice = ScriptedSession.join(messaging, `alice@${DOMAIN}/phone`, 0)
    const tablet = ScriptedSession.join(messaging, `${BOB}/tablet`, 0)
    const silent = ScriptedSession.join(messaging, `${BOB}/silent`)
    expect(presences(phone)).to.deep.equal(['+phone', '+tablet'])
    expect(presences(tablet)).to.deep.equal(['+tablet', '+phone'])
    const goodbye = element('presence', { xmlns: NS.client, from: tablet.full, type: 'unavailable' })
    void messaging.updatePresence.run(tablet, goodbye)
    expect(presences(phone)).to.deep.equal(['+phone', '+tablet', '-tablet'])
    expect(presences(tablet)).to.deep.equal(['+tablet', '+phone', '-tablet'])
    expect(presences(alice)).to.deep.equal(['+phone'])
    expect(presences(silent)).to.deep.equal([])
  })

  it('says for a device that dropped that it is gone, once', () => {
    const phone = ScriptedSession.join(messaging, `${BOB}/phone`, 0)
    const tablet = ScriptedSession.join(messaging, `${BOB}/tablet`, 0)
    messaging.updatePresence.drop(tablet)
    messaging.updatePresence.drop(tablet)
    expect(presences(phone)).to.deep.equal(['+phone', '+tablet', '-tablet'])
  })

  it('gives the newest session of a full JID its place, and ends the one before', () => {
    const former = ScriptedSession.join(messaging, `${BOB}/phone`, 0)
    const newest = ScriptedSession.join(messaging, `${BOB}/phone`, 0)
    expect(former.endedBy).to.equal('conflict')
    messaging.updatePresence.drop(former)
    expect(messaging.sessions.find(`${BOB}/phone`)).to.equal(newest)
  })

  for (const priority of ['-129', '128', '1.5', 'high', '0x1', '']) {
    it(`refuses the priority "${priority}"`, () => {
      const phone = ScriptedSession.join(messaging, `${BOB}/phone`)
      const presence = element('presence', { xmlns: NS.client }, element('priority', {}, priority))
      expect(() => messaging.updatePresence.run(phone, presence)).to.throw(StanzaFailure)
      expect(messaging.sessions.available(BOB)).to.deep.equal([])
    })
  }
})
