import { defined } from './defined.ts'
import { bareJidField, oneOf } from './field.ts'
import { NS } from './namespaces.ts'
import { readable } from './readable.ts'
import { element, type XmlElement } from './xml.ts'

const subscriptionField = oneOf(['none', 'to', 'from', 'both', 'remove'])

/** Somebody on an account's contact list (RFC 6121 §2.1.2). */
export interface RosterItem {
  readonly jid: string
  readonly name?: string | undefined
  /** Whose presence who gets: `to` is theirs, `from` is ours. `remove` takes the item off the list. */
  readonly subscription?: 'none' | 'to' | 'from' | 'both' | 'remove' | undefined
  /** Their presence was asked for, and they have not answered. */
  readonly pending?: true | undefined
  readonly groups?: readonly string[] | undefined
}

/** The payload of a request (without items), of its result, of a push, and of a change (RFC 6121 §2). */
export function encodeRoster(items: readonly RosterItem[]): XmlElement {
  return element(
    'query',
    { xmlns: NS.roster },
    ...items.map(({ jid, name, subscription, pending, groups = [] }) =>
      element(
        'item',
        { jid, name, subscription, ask: pending && 'subscribe' },
        ...groups.map((group) => element('group', {}, group)),
      ),
    ),
  )
}

/** The items that can be read. */
export function decodeRoster(query: XmlElement): RosterItem[] {
  return query.getChildren('item', NS.roster).flatMap((item) => {
    const { name, subscription, ask } = item.attrs
    const jid = readable(bareJidField.parse, item.attrs.jid)
    const groups = item.getChildren('group', NS.roster).map((group) => group.getText())
    if (jid === undefined) return []
    return [
      defined<RosterItem>({
        jid,
        name,
        subscription: readable(subscriptionField.parse, subscription),
        pending: ask === 'subscribe' ? true : undefined,
        groups: groups.length > 0 ? groups : undefined,
      }),
    ]
  })
}
