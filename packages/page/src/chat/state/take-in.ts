import type { Message, ReceiptEvent, Typing } from '@sluice/client'
import { summaryOf } from '../conversation/summary.ts'
import type { ChatState } from './chat-context.ts'
import { type Conversation, entryOf, unreadOf, withEntries, withMark } from './conversation.ts'
import { isLookedAt, markRead } from './mark-read.ts'
import { nameOf } from './name-of.ts'

const TYPING_MS = 15_000

/** Shows what came in, or was sent from another device of the account. Rooms are not shown. */
export function takeIn(chat: ChatState, message: Message): void {
  if (message.chatType !== 'chat') return
  const entry = entryOf(message, chat.account)
  const jid = entry.isOwn ? message.toUserJid : message.fromUserJid
  chat.conversations.change(jid, (held) => {
    if (held.entries.some(({ key }) => key === entry.key)) return held
    const read = held.marks.read ?? held.entries.at(-1)?.message.msgId ?? ''
    const next = withEntries({ ...held, isTyping: held.isTyping && entry.isOwn }, [entry])
    return { ...next, marks: { ...held.marks, read }, unread: held.unread + (entry.isOwn ? 0 : 1) }
  })
  chat.kept.keepMarks(jid, chat.conversations.of(jid).marks)
  if (entry.isOwn) return
  chat.heard.set(`${nameOf(chat.contacts.value, jid)}: ${summaryOf(message)}`)
  if (isLookedAt(chat, jid)) markRead(chat, jid)
}

export function takeReceipt(chat: ChatState, { msgId, from, state }: ReceiptEvent): void {
  if (from === chat.account) takeReading(chat, msgId)
  else takeMark(chat, from, (held) => withMark(held, state, msgId))
}

/** Another device of the account has shown what somebody said. */
function takeReading(chat: ChatState, msgId: string): void {
  for (const [jid, { entries }] of chat.conversations.all.value) {
    if (!entries.some(({ isOwn, message }) => !isOwn && message.msgId === msgId)) continue
    takeMark(chat, jid, (held) => {
      const next = withMark(held, 'read', msgId)
      return { ...next, unread: unreadOf(next) }
    })
  }
}

function takeMark(
  { conversations, kept }: ChatState,
  jid: string,
  change: (held: Conversation) => Conversation,
): void {
  conversations.change(jid, change)
  kept.keepMarks(jid, conversations.of(jid).marks)
}

const timers = new WeakMap<ChatState, Map<string, ReturnType<typeof setTimeout>>>()

/** Who types is shown until the next word on it, or for a while: a client may vanish in the middle of a word. */
export function takeTyping(chat: ChatState, { fromUserJid: jid, status }: Typing): void {
  const running = timers.get(chat) ?? new Map()
  timers.set(chat, running)
  const show = (isTyping: boolean) => {
    if (chat.conversations.of(jid).isTyping !== isTyping)
      chat.conversations.change(jid, (held) => ({ ...held, isTyping }))
  }
  clearTimeout(running.get(jid))
  show(status === 'composing')
  if (status === 'composing') running.set(jid, setTimeout(show, TYPING_MS, false))
}
