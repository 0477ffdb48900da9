import { NS, type XmlElement } from '@sluice/protocol'

const CHAT_STATES = 'http://jabber.org/protocol/chatstates'

/**
 * Whether a message waits for its receiver. Of type chat or normal (RFC 6121 §8.5.2.2.1), which any unknown type is as
 * well (§5.2.2), not hinted away (XEP-0334), and with more in it than a chat state (XEP-0160 §3).
 */
export function isStoredOffline(message: XmlElement): boolean {
  if (['error', 'groupchat', 'headline'].includes(message.attrs.type ?? 'normal')) return false
  const children = message.getChildElements()
  if (children.some((child) => child.is('no-store', NS.hints) || child.is('no-permanent-store', NS.hints)))
    return false
  return children.some(
    (child) => child.getNS() !== CHAT_STATES && child.getNS() !== NS.hints && !child.is('thread'),
  )
}
