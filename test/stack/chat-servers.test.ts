import { connect } from 'node:net'
import { element } from '@sluice/protocol'
import { expect } from 'chai'
import type { ChatServer } from './chat-server.ts'
import { CHAT_SERVERS, startChatServer } from './chat-servers.ts'
import { StanzaUser } from './stanza-user.ts'

for (const name of CHAT_SERVERS) {
  describe(`${name}, configured as its page says`, function () {
    this.timeout(60_000)
    let server: ChatServer

    before(async function () {
      server = await startChatServer(this, name)
    })
    after(() => server?.stop())

    it('carries a message between two accounts over its WebSocket', async () => {
      const [alice, bob] = await login(2)
      const got = bob.next((stanza) => stanza.is('message'))
      await alice.send(element('message', { to: bob.jid, type: 'chat' }, element('body', {}, 'hello')))
      const message = await got
      expect(message.attrs.from).to.equal(alice.jid)
      expect(message.getChildText('body')).to.equal('hello')
      await Promise.all([alice.close(), bob.close()])
    })

    it('has carbons, an archive, rooms and the place of the component, and no upload service of its own', async () => {
      const [alice] = await login(1)
      const features = async (to: string) => {
        const answer = await alice.iq(
          'get',
          to,
          element('query', { xmlns: 'http://jabber.org/protocol/disco#info' }),
        )
        return answer.getChildElements().map((child) => child.attrs.var)
      }
      expect(await features(server.domain)).to.include('urn:xmpp:carbons:2')
      expect(await features(alice.jid.replace(/\/.*/, ''))).to.include('urn:xmpp:mam:2')
      expect(await features(server.conferenceDomain)).to.include('http://jabber.org/protocol/muc')
      const items = await alice.iq(
        'get',
        server.domain,
        element('query', { xmlns: 'http://jabber.org/protocol/disco#items' }),
      )
      const jids = items.getChildElements().map((item) => String(item.attrs.jid))
      expect(jids).to.include(server.conferenceDomain)
      for (const jid of jids.filter((jid) => jid !== server.mediaJid))
        expect(await features(jid)).not.to.include('urn:xmpp:http:upload:0')
      await alice.close()
    })

    it('keeps its accounts over a restart', async () => {
      const account = await server.createAccount()
      await server.restart()
      const user = await StanzaUser.login(
        server.websocketUrl,
        account.username,
        account.password,
        server.domain,
      )
      await user.close()
    })

    it('is gone after stop, with its ports', async () => {
      await server.stop()
      for (const url of [server.websocketUrl, server.componentUrl]) expect(await isOpen(url)).to.equal(false)
    })

    function login(count: 1): Promise<[StanzaUser]>
    function login(count: 2): Promise<[StanzaUser, StanzaUser]>
    async function login(count: number): Promise<StanzaUser[]> {
      const users: StanzaUser[] = []
      while (users.length < count) {
        const { username, password } = await server.createAccount()
        users.push(await StanzaUser.login(server.websocketUrl, username, password, server.domain))
      }
      return users
    }
  })
}

function isOpen(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
  })
}
