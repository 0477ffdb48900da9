import type { ChatState } from './chat-context.ts'

/** Everything in the conversation has been seen: here, and for whoever wrote it (XEP-0333). */
export function markRead({ client, conversations, kept }: ChatState, jid: string): void {
  const { entries, marks, unread } = conversations.of(jid)
  const last = entries.findLast(({ isOwn }) => !isOwn)?.message.msgId
  if (!last || (marks.read === last && unread === 0)) return
  conversations.change(jid, (held) => ({ ...held, unread: 0, marks: { ...held.marks, read: last } }))
  kept.keepMarks(jid, conversations.of(jid).marks)
  // What does not get out now goes out with the next one that is read.
  client.messages.markDisplayed({ with: jid, id: last }).catch(() => {})
}

/** Whether somebody looks at this conversation now. */
export function isLookedAt({ shown }: ChatState, jid: string): boolean {
  return shown.value === jid && document.visibilityState === 'visible' && document.hasFocus()
}
