import type { RosterItem } from '@sluice/protocol'

/** Somebody on the account's contact list, or who asks to see its presence. */
export interface Contact {
  /** Bare JID. */
  readonly jid: string
  readonly name?: string | undefined
  /** Whose presence who sees: `to` is theirs by us, `from` is ours by them. */
  readonly subscription: 'none' | 'to' | 'from' | 'both'
  /** Wants to see our presence, and waits for an answer. */
  readonly asking: boolean
  /** We asked to see theirs, and wait for an answer. */
  readonly pending: boolean
  /** One of their devices is there, as far as we may see it. */
  readonly online: boolean
}

/** The list as apps see it: by name. */
export function contactsOf({
  items,
  asking,
  online,
}: {
  items: ReadonlyMap<string, RosterItem>
  asking: ReadonlySet<string>
  online: ReadonlyMap<string, ReadonlySet<string>>
}): Contact[] {
  return [...new Set([...items.keys(), ...asking])]
    .map((jid): Contact => {
      const { name, subscription = 'none', pending = false } = items.get(jid) ?? {}
      return {
        jid,
        ...(name && { name }),
        subscription: subscription === 'remove' ? 'none' : subscription,
        asking: asking.has(jid),
        pending,
        online: online.has(jid),
      }
    })
    .sort((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1))
}

function sortKey({ name, jid }: Contact): string {
  return `${(name ?? jid).toLowerCase()}\n${jid}`
}
