import { useId, useState } from 'preact/hooks'
import { Button } from '../../design/button.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { useChat } from '../state/chat-context.ts'
import { show } from '../state/shown-conversation.ts'
import { typedJid } from './typed-jid.ts'
import { useAsked } from './use-asked.ts'

/** Begins a conversation with anybody whose address is known. */
export function NewConversationDialog({ onClose }: { readonly onClose: () => void }) {
  const { client, account, contacts } = useChat()
  const form = useId()
  const field = useId()
  const [typed, setTyped] = useState('')
  const [isContact, setContact] = useState(true)
  const { isBusy, failure, ask } = useAsked()
  const begin = async (event: SubmitEvent) => {
    event.preventDefault()
    const begun = await ask(async () => {
      const jid = typedJid(typed, account)
      if (!jid) throw new Error('This is no address: it is a name, or a name@server')
      if (jid === account) throw new Error('This is your own address')
      const isNew = !contacts.value.some((contact) => contact.jid === jid && contact.subscription !== 'none')
      if (isContact && isNew) await client.contacts.add(jid)
      show(jid)
    })
    if (begun) onClose()
  }
  return (
    <Dialog
      title="New conversation"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="first" type="submit" form={form} disabled={isBusy}>
            Start
          </Button>
        </>
      }
    >
      <form id={form} class="contact-form" onSubmit={(event) => void begin(event)}>
        <div class="field">
          <label for={field}>Name or address</label>
          <input
            id={field}
            class="input"
            required
            autofocus
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            placeholder="bob, or bob@example.org"
            value={typed}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={isContact}
            onChange={({ currentTarget }) => setContact(currentTarget.checked)}
          />
          <span>Ask to be contacts, and see when each other is online</span>
        </label>
        {failure && (
          <p class="note note-danger" role="alert">
            {failure}
          </p>
        )}
      </form>
    </Dialog>
  )
}
