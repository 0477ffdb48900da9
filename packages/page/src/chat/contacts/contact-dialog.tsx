import { useState } from 'preact/hooks'
import { Button } from '../../design/button.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { useChat } from '../state/chat-context.ts'
import { useObservable } from '../state/use-observable.ts'
import { useAsked } from './use-asked.ts'

interface ContactDialogProps {
  readonly jid: string
  readonly name: string
  readonly onClose: () => void
}

/** Who somebody is, and whether they are a contact. */
export function ContactDialog({ jid, name, onClose }: ContactDialogProps) {
  const { client, contacts } = useChat()
  const contact = useObservable(contacts, (all) => all.find((each) => each.jid === jid))
  const { isBusy, failure, ask } = useAsked()
  const [isSure, setSure] = useState(false)
  const isContact = contact !== undefined && (contact.subscription !== 'none' || contact.pending)
  const remove = () => ask(() => client.contacts.remove(jid)).then((done) => done && onClose())
  return (
    <Dialog
      title={name}
      onClose={onClose}
      actions={
        <>
          {isContact ? (
            <Button look="danger" disabled={isBusy} onClick={() => (isSure ? void remove() : setSure(true))}>
              {isSure ? 'Remove for good' : 'Remove contact'}
            </Button>
          ) : (
            <Button disabled={isBusy} onClick={() => void ask(() => client.contacts.add(jid))}>
              Add to contacts
            </Button>
          )}
          <Button look="first" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      <p class="contact-jid">{jid}</p>
      <p class="soft">{standingOf(contact)}</p>
      {isSure && (
        <p>
          You will no longer see when {name} is online, nor will {name} see you. Messages stay.
        </p>
      )}
      {failure && (
        <p class="note note-danger" role="alert">
          {failure}
        </p>
      )}
    </Dialog>
  )
}

function standingOf(
  contact: { subscription: string; pending: boolean; online: boolean } | undefined,
): string {
  if (!contact) return 'Not among your contacts.'
  if (contact.pending) return 'Has been asked to be your contact, and has not answered yet.'
  if (contact.subscription === 'both')
    return contact.online ? 'A contact, online now.' : 'A contact, not online.'
  if (contact.subscription === 'to') return 'You see when they are online; they do not see you.'
  return contact.subscription === 'from' ? 'They see when you are online.' : 'Not among your contacts.'
}
