/** A JID as the server stamped it: taken apart, never changed. */
export interface StampedJid {
  readonly full: string
  readonly bare: string
  readonly local: string
  readonly domain: string
}

/**
 * The parts of a JID that a chat server vouches for. Not prepared: what owns an upload is what the server says, byte for
 * byte, and two servers' rules of what is the same differ. `local` is empty for a domain.
 */
export function stampedJid(full: string): StampedJid {
  const slash = full.indexOf('/')
  const bare = slash < 0 ? full : full.slice(0, slash)
  const at = bare.indexOf('@')
  return { full, bare, local: at < 0 ? '' : bare.slice(0, at), domain: bare.slice(at + 1) }
}
