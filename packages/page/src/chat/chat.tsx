import { Button } from '../design/button.tsx'
import { LoginForm } from './login/login-form.tsx'
import { Messenger } from './messenger.tsx'
import { ChatContext } from './state/chat-context.ts'
import { ChatSession } from './state/chat-session.ts'
import { useObservable } from './state/use-observable.ts'

/** One for the page: whoever looks at the tour in between stays logged in. */
const session = new ChatSession()

/** Contacts, conversations and what is sent in them. */
export function Chat() {
  const view = useObservable(session.view)
  const info = useObservable(session.info)
  const logout = () => void session.logout()
  if (view.name === 'in')
    return (
      <ChatContext.Provider value={view.chat}>
        <Messenger onLogout={logout} onReconnect={() => void session.reconnect()} />
      </ChatContext.Provider>
    )
  if (view.name === 'entering' && view.isWaiting)
    return (
      <div class="entering">
        <p role="status">The server cannot be reached. Trying again …</p>
        <Button onClick={logout}>Log out</Button>
      </div>
    )
  return (
    <LoginForm
      canRegister={info.registration !== 'closed'}
      isBusy={view.name === 'entering'}
      failure={view.name === 'out' ? view.failure : undefined}
      onLogin={(credentials, how) => void session.login(credentials, how)}
    />
  )
}
