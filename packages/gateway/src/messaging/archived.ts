import { NS, type XmlElement } from '@sluice/protocol'

/**
 * Whether a message belongs into the archives of both ends (XEP-0313 §5.1.1, §5.1.2): of type chat or normal, with a text,
 * a file, a receipt (XEP-0184) or a marker (XEP-0333) in it, or the hint to store it; and none against that (XEP-0334).
 */
export function isArchived(message: XmlElement): boolean {
  if (['error', 'groupchat', 'headline'].includes(message.attrs.type ?? 'normal')) return false
  const has = (xmlns: string, ...names: string[]) => names.some((name) => message.getChild(name, xmlns))
  if (has(NS.hints, 'no-store', 'no-permanent-store')) return false
  return (
    has(NS.client, 'body') ||
    has(NS.hints, 'store') ||
    has(NS.media, 'media') ||
    has(NS.fileSharing, 'file-sharing') ||
    has(NS.receipts, 'received') ||
    has(NS.markers, 'received', 'displayed', 'acknowledged')
  )
}

/** Whether other devices get a copy (XEP-0280 §6.1). */
export function isCopied(message: XmlElement): boolean {
  const { type } = message.attrs
  if (['error', 'groupchat', 'headline'].includes(type ?? 'normal')) return false
  if (message.getChild('private', NS.carbons) || message.getChild('no-copy', NS.hints)) return false
  return type === 'chat' || isArchived(message)
}
