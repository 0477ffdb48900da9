import { element, NS, type XmlElement } from '@sluice/protocol'
import * as xmppClient from '@xmpp/client'
import { expect } from 'chai'
import { WebSocket } from 'ws'
import { ChatBed } from '../../test/xmpp/chat-bed.ts'
import { PASSWORD } from '../../test/xmpp/frame-client.ts'
import { SystemClock } from '../operations/system-clock.ts'

interface XmppClient {
  start(): Promise<{ toString(): string }>
  stop(): Promise<unknown>
  send(stanza: XmlElement): Promise<void>
  on(event: string, listener: (value: never) => void): void
  reconnect: { stop(): void }
  iqCaller: { get(payload: XmlElement, to: string): Promise<XmlElement> }
}

const connect = xmppClient.client as unknown as (options: object) => XmppClient

/** A client that others wrote. */
describe('@xmpp/client', () => {
  let bed: ChatBed
  const clients: XmppClient[] = []
  const before20 = globalThis.WebSocket

  before(async () => {
    // Node 20 has none of its own.
    Object.assign(globalThis, { WebSocket })
    bed = await ChatBed.open({ clock: new SystemClock() })
  })

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((xmpp) => xmpp.stop()))
  })

  after(async () => {
    await bed.close()
    Object.assign(globalThis, { WebSocket: before20 })
  })

  function make(username: string, more: object = {}): XmppClient {
    const service = `${bed.url}/xmpp-websocket`
    const xmpp = connect({
      service,
      domain: 'example.org',
      username,
      password: PASSWORD,
      ...more,
    })
    xmpp.on('error', () => {})
    xmpp.reconnect.stop()
    clients.push(xmpp)
    return xmpp
  }

  for (const mechanism of ['SCRAM-SHA-1', 'PLAIN']) {
    it(`logs in by ${mechanism}, sends and receives`, async () => {
      const mechanisms: string[] = []
      const credentials = (authenticate: (c: object, m: string) => Promise<void>, offered: string[]) => {
        mechanisms.push(...offered)
        return authenticate({ username: 'alice', password: PASSWORD }, mechanism)
      }
      const alice = make('alice', { credentials, resource: 'phone' })
      const bob = make('bob', { resource: 'phone' })
      expect(String(await alice.start())).to.equal('alice@example.org/phone')
      expect(mechanisms).to.include(mechanism)
      await bob.start()
      const received = new Promise<XmlElement>((resolve) =>
        bob.on('stanza', resolve as (value: never) => void),
      )
      const attrs = { type: 'chat', to: 'bob@example.org/phone', id: 'm1' }
      await alice.send(element('message', attrs, element('body', {}, 'Grüße & <\u{1F600}>')))
      const message = await received
      expect(message.attrs).to.include({ from: 'alice@example.org/phone', id: 'm1' })
      expect(message.getChildText('body')).to.equal('Grüße & <\u{1F600}>')
      const items = await alice.iqCaller.get(element('query', { xmlns: NS.discoItems }), 'example.org')
      expect(items.getChild('item')?.attrs.jid).to.equal('media.example.org')
    })
  }

  it('hears that its password is wrong', async () => {
    const alice = make('alice', { password: 'wrong' })
    const error = await alice.start().catch((reason: Error & { condition?: string }) => reason)
    expect(error).to.have.property('condition', 'not-authorized')
  })
})
