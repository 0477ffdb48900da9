import {
  type ChatMessage,
  element,
  encodeChatMessage,
  encodeReceipt,
  NS,
  type XmlElement,
} from '@sluice/protocol'
import { expect } from 'chai'
import { messagingBench, tick } from '../../test/messaging-bench.ts'
import { ScriptedGateway } from '../../test/scripted-gateway.ts'
import { hastyClock } from '../../test/upload-bench.ts'
import type { AccountStore } from '../persistence/store.ts'
import type { Message } from './message.ts'

async function inbox(store?: AccountStore) {
  const bench = await messagingBench({ session: new ScriptedGateway(), clock: hastyClock, store })
  const shown: Message[] = []
  bench.inbox.messages.add((message) => shown.push(message))
  return { ...bench, box: bench.inbox, shown, tick }
}

const chat = (over: Partial<ChatMessage> = {}): ChatMessage => ({
  id: 'm1',
  from: 'bob@example.org/phone',
  to: 'alice@example.org',
  chat: 'chat',
  text: 'hello',
  ...over,
})

describe('the inbox', () => {
  it('shows a message once, by its origin-id and its sender', async () => {
    const { session, shown, tick } = await inbox()
    session.receive(chat())
    session.receive(chat({ id: 'stanza-2', originId: 'm1', from: 'bob@example.org/laptop' }))
    session.receive(chat({ from: 'carol@example.org/phone' }))
    await tick()
    expect(shown.map(({ fromUserJid }) => fromUserJid)).to.deep.equal([
      'bob@example.org',
      'carol@example.org',
    ])
  })

  it('shows every message of a client that gives no origin-id, whatever its stanza ids', async () => {
    const { session, shown, tick } = await inbox()
    for (const text of ['first', 'second']) {
      const stanza = encodeChatMessage(chat({ text }))
      stanza.children = stanza.children.filter((child) => typeof child !== 'string' && !child.is('origin-id'))
      session.stanzas.emit(stanza)
    }
    await tick()
    expect(shown.map(({ msgBody }) => msgBody.message)).to.deep.equal(['first', 'second'])
  })

  it('shows what came before it was closed, and nothing after', async () => {
    const { session, box, shown, store } = await inbox()
    session.receive(chat())
    const closing = box.close({ forget: false })
    session.receive(chat({ id: 'm2' }))
    await closing
    expect(shown.map(({ msgId }) => msgId)).to.deep.equal(['m1'])
    expect(await store.get('seen', 'messages')).to.have.length(1)
  })

  it('shows it once across runs too', async () => {
    const first = await inbox()
    first.session.receive(chat())
    await first.tick()
    const second = await inbox(first.store)
    second.session.receive(chat())
    await second.tick()
    expect(second.shown).to.deep.equal([])
  })

  it('keeps the order of texts and media', async () => {
    const { session, shown, tick } = await inbox()
    session.receive(chat({ id: 'm1', media: { url: 'http://gateway/media/x/a.png', kind: 'image' } }))
    session.receive(chat({ id: 'm2' }))
    await tick()
    expect(shown.map(({ msgId }) => msgId)).to.deep.equal(['m1', 'm2'])
  })

  it('lets nobody put another file behind a message id that was shown', async () => {
    const { session, history, tick } = await inbox()
    session.receive(chat({ media: { url: 'http://gateway/media/x/a.png', kind: 'image' } }))
    session.receive(chat({ from: 'mallory@evil.org/x', media: { url: 'http://evil/b.exe', kind: 'file' } }))
    await tick()
    expect((await history.find('m1'))?.msgBody.media?.url).to.equal('http://gateway/media/x/a.png')
  })

  it('tells presence and typing', async () => {
    const { session, box } = await inbox()
    const told: unknown[] = []
    box.presences.add((presence) => told.push(presence))
    box.typings.add((typing) => told.push(typing))
    const from = 'bob@example.org/phone'
    session.stanzas.emit(element('presence', { from }, element('show', {}, 'away')))
    session.stanzas.emit(element('presence', { from, type: 'unavailable' }))
    session.stanzas.emit(element('presence', { from, type: 'subscribe' }))
    const chatStates = 'http://jabber.org/protocol/chatstates'
    session.stanzas.emit(element('message', { from }, element('composing', { xmlns: chatStates })))
    expect(told).to.deep.equal([
      { fromUserJid: 'bob@example.org', status: 'online', show: 'away' },
      { fromUserJid: 'bob@example.org', status: 'offline' },
      { fromUserJid: 'bob@example.org', status: 'composing' },
    ])
  })

  it('gives a receipt when one is asked for, once, to nobody but the sender', async () => {
    const { session, tick } = await inbox()
    const sent: string[] = []
    session.send = async (stanza) => void sent.push(stanza.toString())
    session.receive(chat({ receiptRequested: true }))
    session.receive(chat({ receiptRequested: true, delayedSince: new Date() }))
    session.receive(chat({ id: 'm2', from: 'alice@example.org/two', receiptRequested: true }))
    await tick()
    expect(sent).to.deep.equal([
      `<message type="chat" to="bob@example.org/phone"><received xmlns="${NS.receipts}" id="m1"/><store xmlns="${NS.hints}"/></message>`,
    ])
  })

  it('tells what became of messages, also of those that another device sent', async () => {
    const { session, box } = await inbox()
    const told: unknown[] = []
    box.receipts.add((receipt) => told.push(receipt))
    const receipt = (state: 'received' | 'displayed', from: string) => {
      const stanza = encodeReceipt({ to: 'alice@example.org', chat: 'chat', id: 'm1', state })
      Object.assign(stanza.attrs, { from, xmlns: NS.client })
      return stanza
    }
    const carbon = (way: string, from: string, stanza: XmlElement) =>
      session.stanzas.emit(
        element(
          'message',
          { from },
          element(way, { xmlns: NS.carbons }, element('forwarded', { xmlns: NS.forward }, stanza)),
        ),
      )
    session.stanzas.emit(receipt('received', 'bob@example.org/phone'))
    carbon('received', 'alice@example.org', receipt('displayed', 'bob@example.org/phone'))
    carbon('sent', 'alice@example.org', receipt('displayed', 'alice@example.org/two'))
    carbon('received', 'mallory@example.org', receipt('displayed', 'bob@example.org/phone'))
    const bounce = receipt('displayed', 'bob@example.org')
    bounce.attrs.type = 'error'
    session.stanzas.emit(bounce)
    expect(told).to.deep.equal([
      { msgId: 'm1', from: 'bob@example.org', state: 'received' },
      { msgId: 'm1', from: 'bob@example.org', state: 'displayed' },
      { msgId: 'm1', from: 'alice@example.org', state: 'displayed' },
    ])
  })

  it('shows nothing of an error that came back', async () => {
    const { session, shown, tick } = await inbox()
    const bounce = encodeChatMessage(chat())
    bounce.attrs.type = 'error'
    session.stanzas.emit(bounce)
    await tick()
    expect(shown).to.deep.equal([])
  })
})
