import { expect } from 'chai'
import { describe, it } from 'mocha'
import {
  deliveryOf,
  type Entry,
  emptyConversation,
  entryOf,
  unreadOf,
  withEntries,
  withMark,
} from './conversation.ts'

const ME = 'me@example.org'
const BOB = 'bob@example.org'

function said(msgId: string, timestamp: number, from = BOB): Entry {
  const message = {
    chatType: 'chat' as const,
    msgId,
    fromUserJid: from,
    toUserJid: from === ME ? BOB : ME,
    timestamp,
    msgBody: { message_type: 'text' as const, message: msgId },
    metaData: {},
  }
  return entryOf(message, ME)
}

const ids = (entries: readonly Entry[]) => entries.map(({ message }) => message.msgId)

describe('a conversation', () => {
  it('shows each message once, in the order of their times', () => {
    const first = withEntries(emptyConversation(BOB), [said('b', 2), said('d', 4)])
    const more = withEntries(first, [said('a', 1), said('b', 2), said('c', 3)])
    expect(ids(more.entries)).to.deep.equal(['a', 'b', 'c', 'd'])
  })

  it('takes ids of two senders for two messages', () => {
    const both = withEntries(emptyConversation(BOB), [said('a', 1), said('a', 2, ME)])
    expect(both.entries).to.have.length(2)
  })

  it('shows everything up to what was displayed as displayed, and what came later as it is', () => {
    const entries = [said('1', 1, ME), said('2', 2, ME), said('3', 3, ME), said('4', 4, ME)]
    let conversation = withEntries(emptyConversation(BOB), entries)
    conversation = withMark(withMark(conversation, 'received', '3'), 'displayed', '2')
    expect(entries.map(deliveryOf(conversation))).to.deep.equal([
      'displayed',
      'displayed',
      'received',
      'sent',
    ])
  })

  it('takes no receipt back when one of an earlier message comes late', () => {
    const conversation = withEntries(emptyConversation(BOB), [said('1', 1, ME), said('2', 2, ME)])
    const late = withMark(withMark(conversation, 'displayed', '2'), 'displayed', '1')
    expect(late.marks.displayed).to.equal('2')
  })

  it('leaves a message that waits waiting, wherever the marks are', () => {
    const waiting: Entry = { ...said('1', 1, ME), delivery: 'waiting' }
    const conversation = withMark(
      withEntries(emptyConversation(BOB), [waiting, said('2', 2, ME)]),
      'displayed',
      '2',
    )
    expect(deliveryOf(conversation)(waiting)).to.equal('waiting')
  })

  it('counts as unread what others said after what was read', () => {
    const conversation = withEntries(emptyConversation(BOB, { read: '2' }), [
      said('1', 1),
      said('2', 2),
      said('3', 3, ME),
      said('4', 4),
    ])
    expect(unreadOf(conversation)).to.equal(1)
    expect(unreadOf({ ...conversation, marks: {} })).to.equal(0)
    expect(unreadOf({ ...conversation, marks: { read: 'older' } })).to.equal(3)
  })
})
