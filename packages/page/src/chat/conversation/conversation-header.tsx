import { useState } from 'preact/hooks'
import { Avatar } from '../../design/avatar.tsx'
import { IconButton } from '../../design/icon-button.tsx'
import { ContactDialog } from '../contacts/contact-dialog.tsx'
import { useChat } from '../state/chat-context.ts'
import { show } from '../state/shown-conversation.ts'
import { useObservable } from '../state/use-observable.ts'

interface ConversationHeaderProps {
  readonly jid: string
  readonly name: string
  readonly isTyping: boolean
}

/** With whom it is, and whether they are there. */
export function ConversationHeader({ jid, name, isTyping }: ConversationHeaderProps) {
  const chat = useChat()
  const contact = useObservable(chat.contacts, (all) => all.find((each) => each.jid === jid))
  const [isOpen, setOpen] = useState(false)
  const presence = contact?.online ? 'online' : contact?.pending ? 'asked to be a contact' : jid
  return (
    <header class="conversation-header">
      <IconButton
        icon="back"
        class="conversation-back"
        label="Back to the conversations"
        onClick={() => show(undefined)}
      />
      <Avatar jid={jid} name={name} online={contact?.online} small />
      <div class="conversation-person" title={jid}>
        <h2>{name}</h2>
        <p class="soft" role="status">
          {isTyping ? `${name} is typing …` : presence}
        </p>
      </div>
      <IconButton icon="details" label={`Details of ${name}`} onClick={() => setOpen(true)} />
      {isOpen && <ContactDialog jid={jid} name={name} onClose={() => setOpen(false)} />}
    </header>
  )
}
