import type { Credentials } from '@sluice/client'

const KEY = 'sluice chat login'

/**
 * The login that a reload goes on with. XMPP has no token that could stand in for the password here, so the password
 * itself is kept: for this tab until it closes, and in the browser beyond that only for whoever ticked it.
 */
export function keptLogin(): Credentials | undefined {
  const text = sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY)
  return text === null ? undefined : (JSON.parse(text) as Credentials)
}

export function keepLogin(credentials: Credentials, { beyondThisTab }: { beyondThisTab: boolean }): void {
  const text = JSON.stringify(credentials)
  sessionStorage.setItem(KEY, text)
  if (beyondThisTab) localStorage.setItem(KEY, text)
}

export function forgetLogin(): void {
  sessionStorage.removeItem(KEY)
  localStorage.removeItem(KEY)
}
