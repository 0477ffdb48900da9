import { prepareJid } from '@sluice/protocol'

/** Nobody may act for somebody else: an authorization identity is left out, or one's own bare JID (RFC 6120 §6.3.8). */
export function isOwnAuthzid(authzid: string, jid: string): boolean {
  if (authzid === '') return true
  try {
    return prepareJid(authzid).full === jid
  } catch {
    return false
  }
}
