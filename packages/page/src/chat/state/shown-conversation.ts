import type { Observable } from './observable.ts'

const START = '#chat/'

/** Which conversation the address names: so the way back leads from a conversation to the list. */
function shownByAddress(hash = location.hash): string | undefined {
  if (!hash.startsWith(START)) return undefined
  try {
    return decodeURIComponent(hash.slice(START.length)) || undefined
  } catch {
    return undefined
  }
}

export function addressOf(jid: string): string {
  return START + encodeURIComponent(jid).replaceAll('%40', '@')
}

/** Shows a conversation, or the list alone. */
export function show(jid: string | undefined): void {
  location.hash = jid === undefined ? '#chat' : addressOf(jid)
}

/** Keeps `shown` what the address says. Returns what ends it. */
export function followAddress(shown: Observable<string | undefined>): () => void {
  const follow = () => shown.set(shownByAddress())
  follow()
  addEventListener('hashchange', follow)
  return () => removeEventListener('hashchange', follow)
}
