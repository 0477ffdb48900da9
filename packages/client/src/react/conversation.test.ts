import { expect } from 'chai'
import { ScriptedClient, said } from '../../test/scripted-client.ts'
import { Conversation } from './conversation.ts'

function conversation() {
  const scripted = new ScriptedClient()
  const held = new Conversation({ client: scripted.client, jid: 'bob@example.org' })
  let changes = 0
  const watch = () => held.watch(() => changes++)
  const ids = () => held.view.messages.map(({ msgId }) => msgId)
  const receipts = () => held.view.messages.map(({ receipt }) => receipt)
  return { scripted, held, watch, ids, receipts, changes: () => changes }
}

const page = (...ids: string[]) => ids.map((id) => said(id))

describe('a conversation that is shown', () => {
  it('is its newest page, then what comes and what is sent', async () => {
    const { scripted, held, watch, ids } = conversation()
    watch()
    expect(held.view).to.deep.include({ isLoading: true, hasOlder: false })
    await scripted.answer({ messages: page('1', '2'), before: 'a-1' })
    expect(held.view).to.deep.include({ isLoading: false, hasOlder: true, error: undefined })
    scripted.tell('message', said('3'))
    scripted.tell('sent', said('4', 'alice'))
    scripted.tell('message', said('3'))
    scripted.tell('message', { ...said('5'), fromUserJid: 'carol@example.org' })
    expect(ids()).to.deep.equal(['1', '2', '3', '4'])
  })

  it('loads older pages, each message once', async () => {
    const { scripted, held, watch, ids } = conversation()
    watch()
    await scripted.answer({ messages: page('3', '4'), before: 'a-3' })
    const loading = held.view.loadOlder()
    void held.view.loadOlder()
    scripted.tell('message', said('5'))
    await scripted.answer({ messages: page('1', '2', '3') })
    await loading
    expect(ids()).to.deep.equal(['1', '2', '3', '4', '5'])
    expect(held.view.hasOlder).to.equal(false)
    await held.view.loadOlder()
    expect(scripted.asked).to.deep.equal([undefined, 'a-3'])
  })

  it('shows what came while its page was read after the page, wherever the page has it', async () => {
    const { scripted, watch, ids } = conversation()
    watch()
    scripted.tell('message', said('3'))
    scripted.tell('message', said('4'))
    await scripted.answer({ messages: page('1', '3') })
    expect(ids()).to.deep.equal(['1', '3', '4'])
  })

  it('is read anew with each line, and keeps what it had unless there is a gap', async () => {
    const { scripted, held, watch, ids } = conversation()
    watch()
    await scripted.answer({ messages: page('1', '2', '3'), before: 'a-1' })
    scripted.tell('message', said('4'))
    scripted.become('connecting')
    scripted.become('online')
    await scripted.answer({ messages: page('3', '5', '6'), before: 'a-3' })
    expect(ids()).to.deep.equal(['1', '2', '3', '5', '6', '4'])
    scripted.become('connecting')
    scripted.become('online')
    scripted.tell('message', said('9'))
    await scripted.answer({ messages: page('7', '8'), before: 'a-7' })
    expect(ids()).to.deep.equal(['7', '8', '9'])
    void held.view.loadOlder()
    expect(scripted.asked).to.deep.equal([undefined, undefined, undefined, 'a-7'])
  })

  it('says what became of the own messages, also when that comes first', async () => {
    const { scripted, watch, receipts } = conversation()
    const tell = (msgId: string, state: 'received' | 'displayed', from = 'bob@example.org') =>
      scripted.tell('receipt', { msgId, from, state })
    watch()
    await scripted.answer({ messages: [said('1', 'alice'), said('2', 'alice'), said('3')] })
    tell('4', 'received')
    scripted.tell('sent', said('4', 'alice'))
    expect(receipts()).to.deep.equal([undefined, undefined, undefined, 'received'])
    tell('2', 'displayed')
    tell('2', 'received')
    tell('4', 'displayed', 'carol@example.org')
    expect(receipts()).to.deep.equal(['displayed', 'displayed', undefined, 'received'])
  })

  it('says why a page was not read, and reads it again when asked to or with the next line', async () => {
    const { scripted, held, watch, ids } = conversation()
    watch()
    await scripted.answer(new Error('no'))
    expect(held.view.error).to.have.property('message', 'no')
    expect(held.view.isLoading).to.equal(false)
    void held.view.loadOlder()
    await scripted.answer(new Error('still no'))
    scripted.become('connecting')
    scripted.become('online')
    await scripted.answer({ messages: page('1') })
    expect(held.view.error).to.equal(undefined)
    expect(ids()).to.deep.equal(['1'])
  })

  it('waits for a login, and is emptied for another account', async () => {
    const { scripted, watch, ids } = conversation()
    Object.assign(scripted, { jid: undefined, state: 'offline' })
    watch()
    expect(scripted.asked).to.deep.equal([])
    scripted.jid = 'alice@example.org'
    scripted.become('online')
    await scripted.answer({ messages: page('1') })
    scripted.jid = undefined
    scripted.become('offline')
    expect(ids()).to.deep.equal([])
  })

  it('takes nothing of an account that is gone, or while nobody watches', async () => {
    const { scripted, watch, ids, changes } = conversation()
    const stop = watch()
    scripted.jid = 'carol@example.org'
    scripted.become('online')
    await scripted.answer({ messages: page('1') })
    expect(ids()).to.deep.equal([])
    stop()
    const before = changes()
    await scripted.answer({ messages: page('2') })
    expect([ids(), changes(), scripted.watchers]).to.deep.equal([[], before, 0])
  })

  it('is its last 50 messages when it is shown again', async () => {
    const { scripted, held, watch, ids } = conversation()
    const stop = watch()
    const many = Array.from({ length: 120 }, (_, index) => String(index))
    await scripted.answer({ messages: page(...many), before: 'a-0' })
    stop()
    watch()
    expect(ids()).to.deep.equal(many.slice(70))
    await scripted.answer({ messages: page(...many.slice(80), '120'), before: 'a-80' })
    expect(ids()).to.deep.equal([...many.slice(70), '120'])
    void held.view.loadOlder()
    expect(scripted.asked.at(-1)).to.equal('a-80')
  })
})
