import './messenger.css'
import { useEffect, useState } from 'preact/hooks'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import { ConversationPane } from './conversation/conversation-pane.tsx'
import { Sidebar } from './sidebar/sidebar.tsx'
import { useChat } from './state/chat-context.ts'
import { useObservable } from './state/use-observable.ts'
import { useUnreadTitle } from './use-unread-title.ts'

interface MessengerProps {
  readonly onLogout: () => void
  readonly onReconnect: () => void
}

/** The list of conversations and the one that is shown; on a phone one of them at a time. */
export function Messenger({ onLogout, onReconnect }: MessengerProps) {
  const chat = useChat()
  const shown = useObservable(chat.shown)
  const heard = useObservable(chat.heard)
  const [isLeaving, setLeaving] = useState(false)
  useUnreadTitle()
  useEffect(() => {
    // On a phone the list has gone, and the focus with it.
    if (shown !== undefined) document.querySelector<HTMLElement>('.composer-field')?.focus()
  }, [shown])
  const leave = () => {
    const isBusy = chat.client.media.list().some(({ state }) => state !== 'done' && state !== 'failed')
    if (isBusy) setLeaving(true)
    else onLogout()
  }
  return (
    <div class="messenger" data-shows={shown === undefined ? 'list' : 'conversation'}>
      <ConnectionBanner onReconnect={onReconnect} />
      <Sidebar onLogout={leave} />
      {shown === undefined ? (
        <div class="messenger-none soft">
          <p>Choose a conversation, or start a new one.</p>
        </div>
      ) : (
        <ConversationPane key={shown} jid={shown} />
      )}
      <p class="unseen" role="status" aria-live="polite">
        {heard}
      </p>
      {isLeaving && (
        <Dialog
          title="Log out?"
          onClose={() => setLeaving(false)}
          actions={
            <>
              <Button onClick={() => setLeaving(false)}>Stay</Button>
              <Button look="danger" onClick={onLogout}>
                Log out
              </Button>
            </>
          }
        >
          <p>Files are still on their way. They stop here, and this browser forgets them.</p>
        </Dialog>
      )}
    </div>
  )
}
