import type { ReceiptEvent } from '../messages/inbox.ts'
import type { Message } from '../messages/message.ts'

/**
 * The newest page of a conversation put to what was shown before; `since` came while it was read. Without a message in
 * common there is a gap, and what was shown before is left out.
 */
export function withNewestPage(
  shown: readonly Message[],
  page: readonly Message[],
  since: readonly Message[],
): { messages: Message[]; hasGap: boolean } {
  const inPage = new Set(page.map(keyOf))
  const isNew = (message: Message) => !inPage.has(keyOf(message))
  const first = shown.findIndex((message) => inPage.has(keyOf(message)))
  const older = first < 0 ? [] : shown.slice(0, first)
  // What no archive keeps.
  const unkept = first < 0 ? [] : shown.slice(first).filter(isNew)
  return {
    messages: withoutRepeats([...older, ...page, ...unkept, ...since]),
    hasGap: first < 0,
  }
}

/** Each message once: the first of a sender and id. */
export function withoutRepeats(messages: readonly Message[]): Message[] {
  const byKey = new Map<string, Message>()
  for (const message of messages) {
    const key = keyOf(message)
    if (!byKey.has(key)) byKey.set(key, message)
  }
  return [...byKey.values()]
}

/** The own messages to this person with what was told of them; what was displayed counts for all before it (XEP-0333). */
export function withReceipts(
  messages: readonly Message[],
  { jid, states }: { jid: string; states: ReadonlyMap<string, ReceiptEvent['state']> },
): readonly Message[] {
  let isDisplayed = false
  let hasChanged = false
  const told = [...messages].reverse().map((message) => {
    if (message.toUserJid !== jid || message.chatType === 'groupchat') return message
    const own = states.get(message.msgId)
    isDisplayed ||= own === 'displayed' || message.receipt === 'displayed'
    const receipt = isDisplayed ? 'displayed' : (own ?? message.receipt)
    if (receipt === message.receipt) return message
    hasChanged = true
    return { ...message, receipt }
  })
  return hasChanged ? told.reverse() : messages
}

function keyOf({ fromUserJid, msgId, timestamp }: Message): string {
  return msgId === '' ? `${fromUserJid} ${timestamp}` : `${fromUserJid}\n${msgId}`
}
