import type { ChatState } from './chat-context.ts'
import { entryOf, type Older, unreadOf, withEntries } from './conversation.ts'

const PAGE = 30

/** Reads the newest page again: what came while nobody was connected, or was said on another device. */
export async function readNewest({ client, account, conversations, kept }: ChatState, jid: string) {
  const { messages, before } = await client.messages.list({ with: jid, max: PAGE })
  conversations.change(jid, (held) => {
    const entries = messages.map((message) => entryOf(message, account))
    const isFirst = held.older === 'unknown' || held.older === 'failed'
    const joins = held.entries.some(({ key }) => entries.some((entry) => entry.key === key))
    // What is shown and what was read must not have a gap between them.
    const history = isFirst || !joins ? { before, older: olderOf(before) } : {}
    const marks = held.marks.read === undefined ? { ...held.marks, read: messages.at(-1)?.msgId } : held.marks
    const since = isFirst || joins ? held : { ...held, entries: held.entries.filter(isUnfinished) }
    const next = withEntries({ ...since, ...history, marks }, entries)
    return { ...next, unread: unreadOf(next) }
  })
  kept.keepMarks(jid, conversations.of(jid).marks)
}

/** Reads the page above what is shown. Does nothing while one is read, and when there is no more. */
export async function readOlder({ client, account, conversations }: ChatState, jid: string) {
  const { older, before } = conversations.of(jid)
  if (older !== 'more' && older !== 'failed') return
  conversations.change(jid, (held) => ({ ...held, older: 'loading' }))
  try {
    const page = await client.messages.list({ with: jid, max: PAGE, ...(before !== undefined && { before }) })
    conversations.change(jid, (held) => ({
      ...withEntries(
        held,
        page.messages.map((message) => entryOf(message, account)),
      ),
      before: page.before,
      older: olderOf(page.before),
    }))
  } catch {
    conversations.change(jid, (held) => ({ ...held, older: 'failed' }))
  }
}

function olderOf(before: string | undefined): Older {
  return before === undefined ? 'none' : 'more'
}

function isUnfinished({ delivery }: { delivery: string }): boolean {
  return delivery !== 'sent'
}
