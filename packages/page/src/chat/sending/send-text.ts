import { type Message, TransferError } from '@sluice/client'
import type { ChatState } from '../state/chat-context.ts'
import { entryOf, withEntries } from '../state/conversation.ts'
import type { Outgoing } from '../state/kept.ts'
import { messageOfOutgoing } from './message-of-outgoing.ts'

/** Shows a text at once and sends it; without a connection it waits for one, also over a reload. */
export function sendText(
  chat: ChatState,
  { to, text, replyTo }: { to: string; text: string; replyTo?: string | undefined },
) {
  const outgoing: Outgoing = { id: crypto.randomUUID(), to, text, replyTo, since: Date.now() }
  chat.kept.keepOutgoing(outgoing)
  void deliverText(chat, outgoing)
}

/** Sends a text that is kept, perhaps again: under the same id the other side shows it once. Never rejects. */
export async function deliverText(chat: ChatState, outgoing: Outgoing): Promise<void> {
  const { client, account, conversations, kept } = chat
  const { id, to, text = '', replyTo } = outgoing
  const show = (message: Message, rest: { delivery: 'waiting' | 'failed' | 'sent'; failure?: string }) =>
    conversations.change(to, (held) => withEntries(held, [{ ...entryOf(message, account), ...rest }]))
  const waiting = messageOfOutgoing(outgoing, account)
  show(waiting, { delivery: 'waiting' })
  try {
    const message = await client.messages.send({ to, text, id, replyTo })
    kept.dropOutgoing(id)
    show(message, { delivery: 'sent' })
  } catch (error) {
    const isOver =
      error instanceof TransferError && (error.code === 'disconnected' || error.code === 'not_logged_in')
    if (!isOver) show(waiting, { delivery: 'failed', failure: (error as Error).message })
  }
}

/** Sends a text again that failed. */
export function retryText(
  chat: ChatState,
  { msgId: id, toUserJid: to, msgBody, replyTo, timestamp: since }: Message,
) {
  void deliverText(chat, { id, to, text: msgBody.message, replyTo, since })
}
