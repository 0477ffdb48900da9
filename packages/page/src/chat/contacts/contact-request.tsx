import type { Contact } from '@sluice/client'
import { Avatar } from '../../design/avatar.tsx'
import { Button } from '../../design/button.tsx'
import { useChat } from '../state/chat-context.ts'
import { localPart } from '../state/name-of.ts'
import { show } from '../state/shown-conversation.ts'
import { useAsked } from './use-asked.ts'

/** Somebody who wants to be a contact, and the answer. */
export function ContactRequest({ contact: { jid, name } }: { readonly contact: Contact }) {
  const { client } = useChat()
  const { isBusy, failure, ask } = useAsked()
  const called = name || localPart(jid)
  const accept = () => ask(() => client.contacts.accept(jid)).then((done) => done && show(jid))
  return (
    <li class="contact-request">
      <Avatar jid={jid} name={called} small />
      <span class="contact-request-text" title={jid}>
        <strong>{called}</strong> wants to be your contact
        {failure && <span role="alert">{failure}</span>}
      </span>
      <span class="contact-request-actions">
        <Button look="first" disabled={isBusy} aria-label={`Accept ${called}`} onClick={() => void accept()}>
          Accept
        </Button>
        <Button
          disabled={isBusy}
          aria-label={`Decline ${called}`}
          onClick={() => void ask(() => client.contacts.decline(jid))}
        >
          Decline
        </Button>
      </span>
    </li>
  )
}
