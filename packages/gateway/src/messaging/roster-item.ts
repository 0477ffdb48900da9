import type { RosterItem } from '@sluice/protocol'
import type { Contact } from './contact.ts'

/** A listed contact as its owner's devices see it (RFC 6121 §2.1.2). */
export function rosterItem({ asked, from, groups, jid, name, to }: Contact): RosterItem {
  const subscription = to ? (from ? 'both' : 'to') : from ? 'from' : 'none'
  return { jid, name, subscription, pending: asked || undefined, groups }
}
