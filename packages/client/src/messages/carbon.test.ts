import { expect } from 'chai'
import { parseXml } from '../../test/parse-xml.ts'
import { carbonOf } from './carbon.ts'

const ALICE = 'alice@localhost'

/** As Prosody 0.12 and ejabberd 23.01 send them. */
const PROSODY_RECEIVED = `
<message type="chat" xmlns="jabber:client" from="alice@localhost" to="alice@localhost/two">
  <received xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">
    <message to="alice@localhost/one" id="k2" from="bob@localhost/bob" xml:lang="en" xmlns="jabber:client" type="chat">
      <body>to one</body><origin-id id="k2" xmlns="urn:xmpp:sid:0"/>
      <stanza-id xmlns="urn:xmpp:sid:0" by="alice@localhost" id="zehq84Xah9OA2WRdVDoqesTQ"/>
    </message>
  </forwarded></received>
</message>`
const EJABBERD_SENT = `
<message xmlns="jabber:client" to="alice@localhost/two" from="alice@localhost" type="chat">
  <sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">
    <message xml:lang="en" to="bob@localhost" from="alice@localhost/one" type="chat" id="k1" xmlns="jabber:client">
      <archived by="alice@localhost" id="1795645887823000" xmlns="urn:xmpp:mam:tmp"/>
      <stanza-id by="alice@localhost" id="1795645887823000" xmlns="urn:xmpp:sid:0"/>
      <origin-id xmlns="urn:xmpp:sid:0" id="k1"/><body>copy me</body>
    </message>
  </forwarded></sent>
</message>`

const read = (text: string) => {
  const carbon = carbonOf(parseXml(text), ALICE)
  return typeof carbon === 'object' ? carbon.getChildText('body') : carbon
}

describe('a carbon', () => {
  it('is read as both servers send it', () => {
    expect(read(PROSODY_RECEIVED)).to.equal('to one')
    expect(read(EJABBERD_SENT)).to.equal('copy me')
  })

  it('is forged unless it comes from the own bare JID (CVE-2017-5589)', () => {
    for (const from of ['mallory@localhost', 'alice@localhost/one', 'localhost', 'alice@localhost.evil']) {
      for (const text of [PROSODY_RECEIVED, EJABBERD_SENT]) {
        const forged = parseXml(text)
        forged.attrs.from = from
        expect(carbonOf(forged, ALICE), from).to.equal('forged')
      }
    }
    const anonymous = parseXml(EJABBERD_SENT)
    delete anonymous.attrs.from
    expect(carbonOf(anonymous, ALICE)).to.equal('forged')
  })

  it('is forged when somebody else sent what was sent, or when a room is copied', () => {
    expect(read(EJABBERD_SENT.replace('alice@localhost/one', 'mallory@localhost/x'))).to.equal('forged')
    expect(read(PROSODY_RECEIVED.replace(/type="chat">\s*<body>/, 'type="groupchat"><body>'))).to.equal(
      'forged',
    )
  })

  it('is nothing else', () => {
    expect(read('<message from="bob@localhost/x"><body>hello</body></message>')).to.equal(undefined)
  })
})
