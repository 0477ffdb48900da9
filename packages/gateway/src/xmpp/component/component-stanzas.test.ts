import { element, NS, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import { StreamError } from '../stream-error.ts'
import { MEMBER_XML, readXml } from '../xml-reader.ts'
import { XMPP } from '../xmpp-namespaces.ts'
import type { AllowedDomains } from './allowed-domains.ts'
import { ComponentStanzas } from './component-stanzas.ts'

const JID = 'media.example.org'
const ALICE = 'alice@example.org/phone'

describe('ComponentStanzas', () => {
  let asked: { full: string; bare: string }[]

  beforeEach(() => {
    asked = []
  })

  async function answer(
    xml: string,
    allowedDomains: AllowedDomains = ['example.org'],
  ): Promise<XmlElement | undefined> {
    const media = {
      answer: async (iq: XmlElement, { bare, full }: { full: string; bare: string }) => {
        asked.push({ full, bare })
        return element('iq', { id: iq.attrs.id, type: 'result' })
      },
    }
    const stanzas = new ComponentStanzas({ media, jid: JID, allowedDomains })
    return stanzas.answer(readXml(xml, MEMBER_XML, { '': XMPP.component }))
  }

  const iq = (from: string, payload: string, to = JID, type = 'get') =>
    `<iq type='${type}' id='1' from='${from}' to='${to}'>${payload}</iq>`
  const media = `<uploads xmlns='${NS.media}'/>`
  const slot = `<request xmlns='${NS.httpUpload}' filename='a' size='1'/>`
  const disco = `<query xmlns='${NS.discoInfo}'/>`
  const ping = `<ping xmlns='${XMPP.ping}'/>`
  const condition = (stanza: XmlElement | undefined) =>
    stanza?.getChild('error')?.getChildElements()[0]?.getName()

  it('asks the media service as the device that the server stamped, byte for byte', async () => {
    const strange = 'AlïCe\\20x@example.org/The Phone@home/1'
    for (const from of [ALICE, strange])
      expect((await answer(iq(from, media)))?.attrs.type).to.equal('result')
    expect(asked).to.deep.equal([
      { full: ALICE, bare: 'alice@example.org' },
      { full: strange, bare: 'AlïCe\\20x@example.org' },
    ])
  })

  for (const payload of [media, slot]) {
    it(`refuses ${payload.slice(0, 8)}… from everybody but persons of the allowed domains`, async () => {
      for (const from of [
        'mallory@elsewhere.org/x',
        'example.org',
        'room@sub.example.org/nick',
        '@example.org/x',
      ]) {
        const refused = await answer(iq(from, payload))
        expect(condition(refused), from).to.equal('forbidden')
        expect(refused?.getChild('error')?.getChild('refusal', NS.media)?.attrs.code).to.equal('forbidden')
        expect(refused?.attrs).to.include({ to: from, from: JID, id: '1', xmlns: XMPP.component })
      }
      expect(asked).to.deep.equal([])
    })
  }

  it('serves persons of every domain when all are allowed, and still no servers', async () => {
    await answer(iq('mallory@elsewhere.org/x', media), '*')
    expect(asked).to.have.length(1)
    expect(condition(await answer(iq('elsewhere.org', media), '*'))).to.equal('forbidden')
  })

  it('tells anybody what it is, and that it is there', async () => {
    for (const from of ['mallory@elsewhere.org/x', 'example.org'])
      for (const payload of [disco, ping, `<query xmlns='${NS.discoItems}'/>`])
        await answer(iq(from, payload))
    expect(asked).to.have.length(6)
  })

  it('is nobody but itself: other addresses of its domain answer nothing', async () => {
    for (const to of [`somebody@${JID}`, `${JID}/somewhere`, `x@${JID}/y`]) {
      const refused = await answer(iq(ALICE, media, to))
      expect(condition(refused)).to.equal('service-unavailable')
      expect(refused?.attrs).to.include({ to: ALICE, from: to })
    }
    expect(asked).to.deep.equal([])
  })

  it('answers a message that somebody would read with an error, and no other', async () => {
    const message = (type: string) =>
      `<message id='1' from='${ALICE}' to='${JID}' ${type}><body>hi</body></message>`
    for (const type of ['', "type='normal'", "type='chat'", "type='groupchat'"])
      expect(condition(await answer(message(type))), type).to.equal('service-unavailable')
    for (const type of ["type='error'", "type='headline'"])
      expect(await answer(message(type)), type).to.equal(undefined)
  })

  it('declines to be subscribed to, and has nothing else to say to presence', async () => {
    const presence = (type: string) => `<presence id='1' from='${ALICE}' to='${JID}' ${type}/>`
    const declined = await answer(presence("type='subscribe'"))
    expect(declined?.toString()).to.equal(
      '<presence xmlns="jabber:component:accept" type="unsubscribed" id="1" from="media.example.org" to="alice@example.org"/>',
    )
    for (const type of ['', 'unavailable', 'probe', 'subscribed', 'unsubscribe', 'unsubscribed', 'error'])
      expect(await answer(presence(type && `type='${type}'`)), type).to.equal(undefined)
  })

  it('answers no answer, nothing of its own, and nothing without a sender', async () => {
    for (const type of ['result', 'error'])
      expect(await answer(iq(ALICE, media, `x@${JID}`, type))).to.equal(undefined)
    expect(await answer(iq(JID, ping))).to.equal(undefined)
    expect(await answer(`<iq type='get' id='1' to='${JID}'>${media}</iq>`)).to.equal(undefined)
    expect(await answer(`<a from='${ALICE}' to='${JID}'/>`)).to.equal(undefined)
    expect(asked).to.deep.equal([])
  })

  it('tells who sent what cannot be read, unless it was an answer', () => {
    const stanzas = new ComponentStanzas({
      media: { answer: async () => undefined },
      jid: JID,
      allowedDomains: '*',
    })
    const refuse = (name: string, type: string | undefined, from: string | undefined = ALICE) =>
      stanzas.refuse(
        element(name, { id: '1', type, from, to: JID }),
        new StreamError('policy-violation', 'too deep'),
      )
    for (const [name, type] of [
      ['iq', 'get'],
      ['iq', 'set'],
      ['message', undefined],
    ] as const) {
      const refused = refuse(name, type)
      expect(condition(refused)).to.equal('bad-request')
      expect(refused?.getChild('error')?.getChildText('text', NS.stanzas)).to.equal('too deep')
    }
    for (const [name, type] of [
      ['iq', 'result'],
      ['iq', 'error'],
      ['message', 'error'],
      ['presence', undefined],
    ] as const)
      expect(refuse(name, type)).to.equal(undefined)
    expect(stanzas.refuse(element('iq', { type: 'get' }), new StreamError('bad-format'))).to.equal(undefined)
  })
})
