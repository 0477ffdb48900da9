import type { Message } from '@sluice/client'

/** How far a message of one's own has come. */
export type Delivery = 'waiting' | 'failed' | 'sent' | 'received' | 'displayed'

/** A message as a row of a conversation. */
export interface Entry {
  readonly key: string
  readonly message: Message
  readonly isOwn: boolean
  readonly delivery: 'waiting' | 'failed' | 'sent'
  /** Why it failed, in words for people. */
  readonly failure?: string | undefined
}

/** Whether there is more above what is shown. */
export type Older = 'unknown' | 'loading' | 'more' | 'none' | 'failed'

/** Message ids that outlive a reload: everything up to them is read, received, displayed. */
export interface Marks {
  readonly read?: string | undefined
  readonly received?: string | undefined
  readonly displayed?: string | undefined
}

export interface Conversation {
  readonly jid: string
  /** Oldest first. */
  readonly entries: readonly Entry[]
  readonly older: Older
  /** Where the history goes on. */
  readonly before?: string | undefined
  readonly unread: number
  readonly isTyping: boolean
  readonly marks: Marks
}

export function emptyConversation(jid: string, marks: Marks = {}): Conversation {
  return { jid, entries: [], older: 'unknown', unread: 0, isTyping: false, marks }
}

export function entryOf(message: Message, account: string): Entry {
  const isOwn = message.fromUserJid === account
  return { key: keyOf(message), message, isOwn, delivery: 'sent' }
}

/** An id is its sender's; what came without one is known by when and what. */
export function keyOf({ fromUserJid, msgId, timestamp, msgBody }: Message): string {
  return `${fromUserJid} ${msgId || `${timestamp} ${msgBody.message ?? ''}`}`
}

/** With these entries, each key once, the later given one standing, in the order of their times. */
export function withEntries(conversation: Conversation, added: readonly Entry[]): Conversation {
  if (added.length === 0) return conversation
  const entries = new Map(conversation.entries.map((entry) => [entry.key, entry]))
  for (const entry of added) entries.set(entry.key, entry)
  const inOrder = [...entries.values()].sort((a, b) => a.message.timestamp - b.message.timestamp)
  return { ...conversation, entries: inOrder }
}

export function withoutEntry(conversation: Conversation, key: string): Conversation {
  return { ...conversation, entries: conversation.entries.filter((entry) => entry.key !== key) }
}

/** A mark goes forward only: a late receipt of an earlier message changes nothing. */
export function withMark(conversation: Conversation, mark: keyof Marks, id: string): Conversation {
  const { entries, marks } = conversation
  const at = (msgId: string | undefined) => entries.findLastIndex(({ message }) => message.msgId === msgId)
  if (id === marks[mark] || (marks[mark] !== undefined && at(id) < at(marks[mark]))) return conversation
  return { ...conversation, marks: { ...marks, [mark]: id } }
}

/** How far each message of one's own has come, by the marks. */
export function deliveryOf({ entries, marks }: Conversation): (entry: Entry) => Delivery {
  const places = new Map(entries.map(({ message }, place) => [message.msgId, place]))
  const place = (id: string | undefined) => (id === undefined ? -1 : (places.get(id) ?? -1))
  const displayed = place(marks.displayed)
  const received = Math.max(displayed, place(marks.received))
  return ({ delivery, message }) => {
    if (delivery !== 'sent') return delivery
    const here = place(message.msgId)
    return here <= displayed ? 'displayed' : here <= received ? 'received' : 'sent'
  }
}

/** How many came after what was read; nothing is unread where nobody has read yet. */
export function unreadOf({ entries, marks }: Conversation): number {
  if (marks.read === undefined) return 0
  const read = entries.findLastIndex(({ message }) => message.msgId === marks.read)
  return entries.slice(read + 1).filter(({ isOwn }) => !isOwn).length
}
