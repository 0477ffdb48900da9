import type { Client } from '@sluice/client'
import { useActionState } from 'react'

export function Login({ client }: { client: Client }) {
  const [failure, login, isBusy] = useActionState(async (_: string, form: FormData) => {
    const credentials = { username: String(form.get('name')), password: String(form.get('password')) }
    try {
      if (form.get('is-new')) await client.register(credentials)
      await client.connect(credentials)
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }, '')
  return (
    <form action={login}>
      <input name="name" aria-label="Name" autoComplete="username" required />
      <input name="password" aria-label="Password" type="password" autoComplete="current-password" required />
      <label>
        <input name="is-new" type="checkbox" /> I am new here
      </label>
      <button type="submit" disabled={isBusy}>
        Log in
      </button>
      {failure && <p role="alert">{failure}</p>}
    </form>
  )
}
