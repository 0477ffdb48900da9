import { NS, type XmlElement } from '@sluice/protocol'
import { forwardedMessage } from './forwarded.ts'
import { bareJid } from './message.ts'

/**
 * The message that a carbon copies from another device of the account (XEP-0280), `forged` when somebody else made
 * it, undefined when the stanza is no carbon.
 */
export function carbonOf(stanza: XmlElement, account: string): XmlElement | 'forged' | undefined {
  const sent = stanza.getChild('sent', NS.carbons)
  const copy = sent ?? stanza.getChild('received', NS.carbons)
  if (!copy) return undefined
  // XEP-0280 §11: only from one's own bare JID (CVE-2017-5589).
  if (stanza.attrs.from !== account) return 'forged'
  const message = forwardedMessage(copy)
  // XEP-0280 §6.1: rooms are not copied; their messages come from the room itself.
  if (!message || message.attrs.type === 'groupchat') return 'forged'
  if (sent && bareJid(message.attrs.from ?? '') !== account) return 'forged'
  return message
}
