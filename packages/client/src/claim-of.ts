/** What a JWT says under this name, undefined if it is none. Nothing is verified: who made it does that. */
export function claimOf(token: string | undefined, name: string): unknown {
  try {
    const payload = atob((token ?? '').split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '')
    const bytes = Uint8Array.from(payload, (character) => character.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))[name]
  } catch {
    return undefined
  }
}
