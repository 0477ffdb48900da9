import './sidebar.css'
import { useState } from 'preact/hooks'
import { Button } from '../../design/button.tsx'
import { Icon } from '../../design/icon.tsx'
import { ContactRequest } from '../contacts/contact-request.tsx'
import { NewConversationDialog } from '../contacts/new-conversation-dialog.tsx'
import { useChat } from '../state/chat-context.ts'
import { useObservable } from '../state/use-observable.ts'
import { AccountBar } from './account-bar.tsx'
import { ConversationRow } from './conversation-row.tsx'
import { listed } from './listed.ts'

/** With whom there is something to say, the newest first. */
export function Sidebar({ onLogout }: { readonly onLogout: () => void }) {
  const chat = useChat()
  const contacts = useObservable(chat.contacts)
  const conversations = useObservable(chat.conversations.all)
  const shown = useObservable(chat.shown)
  const [isBeginning, setBeginning] = useState(false)
  const requests = contacts.filter(({ asking }) => asking)
  const rows = listed({ conversations, contacts, shown })
  return (
    <nav class="sidebar" aria-label="Conversations">
      <AccountBar account={chat.account} onLogout={onLogout} />
      <div class="sidebar-begin">
        <Button onClick={() => setBeginning(true)}>
          <Icon name="add" /> New conversation
        </Button>
      </div>
      {requests.length > 0 && (
        <ul class="sidebar-requests" aria-label="Who wants to be your contact">
          {requests.map((contact) => (
            <ContactRequest key={contact.jid} contact={contact} />
          ))}
        </ul>
      )}
      {rows.length === 0 && requests.length === 0 && (
        <p class="sidebar-none soft">
          Nobody here yet. Start a conversation with somebody by name: another account of this server will do.
        </p>
      )}
      <ul class="sidebar-list">
        {rows.map(({ conversation, contact }) => (
          <ConversationRow
            key={conversation.jid}
            conversation={conversation}
            contact={contact}
            isShown={conversation.jid === shown}
          />
        ))}
      </ul>
      {isBeginning && <NewConversationDialog onClose={() => setBeginning(false)} />}
    </nav>
  )
}
