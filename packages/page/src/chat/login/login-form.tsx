import './login.css'
import type { Credentials } from '@sluice/client'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { Button } from '../../design/button.tsx'

interface LoginFormProps {
  readonly canRegister: boolean
  readonly isBusy: boolean
  readonly failure: string | undefined
  readonly onLogin: (credentials: Credentials, how: { isNew: boolean; beyondThisTab: boolean }) => void
}

/** Who somebody is: an account that is there, or a new one. */
export function LoginForm({ canRegister, isBusy, failure, onLogin }: LoginFormProps) {
  const ids = { name: useId(), password: useId(), stay: useId(), failure: useId() }
  const nameField = useRef<HTMLInputElement>(null)
  const [isNew, setNew] = useState(false)
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [beyondThisTab, setBeyond] = useState(false)
  useEffect(() => {
    if (failure) nameField.current?.focus()
  }, [failure])
  return (
    <div class="login">
      <form
        class="login-card card"
        onSubmit={(event) => {
          event.preventDefault()
          onLogin({ username: username.trim(), password }, { isNew, beyondThisTab })
        }}
      >
        <h1>{isNew ? 'Create an account' : 'Log in'}</h1>
        <p class="soft">
          {isNew
            ? 'A name and a password are all it takes.'
            : 'Talk to people, and send files that always arrive.'}
        </p>
        {failure && (
          <p id={ids.failure} class="note note-danger" role="alert">
            {failure}
          </p>
        )}
        <div class="field">
          <label for={ids.name}>Name</label>
          <input
            ref={nameField}
            id={ids.name}
            class="input"
            name="username"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            aria-describedby={failure ? ids.failure : undefined}
            value={username}
            onInput={({ currentTarget }) => setUsername(currentTarget.value)}
          />
        </div>
        <div class="field">
          <label for={ids.password}>Password</label>
          <input
            id={ids.password}
            class="input"
            name="password"
            type="password"
            autocomplete={isNew ? 'new-password' : 'current-password'}
            required
            value={password}
            onInput={({ currentTarget }) => setPassword(currentTarget.value)}
          />
        </div>
        <div>
          <label class="check">
            <input
              type="checkbox"
              checked={beyondThisTab}
              aria-describedby={ids.stay}
              onChange={({ currentTarget }) => setBeyond(currentTarget.checked)}
            />
            Stay logged in
          </label>
          <p id={ids.stay} class="login-hint soft">
            Keeps the password in this browser. Only on a device of your own.
          </p>
        </div>
        <Button look="first" type="submit" disabled={isBusy}>
          {isBusy ? 'One moment …' : isNew ? 'Create the account' : 'Log in'}
        </Button>
        {canRegister && (
          <Button look="quiet" onClick={() => setNew(!isNew)}>
            {isNew ? 'I have an account' : 'Create an account'}
          </Button>
        )}
      </form>
    </div>
  )
}
