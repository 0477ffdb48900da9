import type { Contact } from '@sluice/client'
import { Avatar } from '../../design/avatar.tsx'
import { whenText } from '../../design/time-text.ts'
import { DeliveryMark } from '../conversation/delivery-mark.tsx'
import { summaryOf } from '../conversation/summary.ts'
import { type Conversation, deliveryOf } from '../state/conversation.ts'
import { localPart } from '../state/name-of.ts'
import { addressOf } from '../state/shown-conversation.ts'

interface ConversationRowProps {
  readonly conversation: Conversation
  readonly contact: Contact | undefined
  readonly isShown: boolean
}

/** A conversation in the list: with whom, what was said last, what is new. */
export function ConversationRow({ conversation, contact, isShown }: ConversationRowProps) {
  const { jid, entries, unread, isTyping } = conversation
  const name = contact?.name || localPart(jid)
  const last = entries.at(-1)
  return (
    <li>
      <a
        class="conversation-row"
        href={addressOf(jid)}
        title={jid}
        aria-current={isShown ? 'page' : undefined}
      >
        <Avatar jid={jid} name={name} online={contact?.online} />
        <span class="conversation-row-name">
          {name}
          {contact?.online && <span class="unseen">, online</span>}
        </span>
        {last && (
          <time class="conversation-row-when soft">{whenText(last.message.timestamp, Date.now())}</time>
        )}
        <span class="conversation-row-last soft" data-typing={isTyping}>
          {last?.isOwn && !isTyping && <DeliveryMark delivery={deliveryOf(conversation)(last)} />}
          <span>{isTyping ? 'typing …' : last ? summaryOf(last.message) : jid}</span>
        </span>
        {unread > 0 && (
          <span class="badge">
            {unread}
            <span class="unseen"> unread</span>
          </span>
        )}
      </a>
    </li>
  )
}
