import { encodeRoster, NS, type XmlElement } from '@sluice/protocol'
import type { Messaging } from '../../messaging/create-messaging.ts'
import { rosterItem } from '../../messaging/roster-item.ts'
import { StanzaFailure } from '../../messaging/stanza-failure.ts'
import type { IqRequest } from './iq-request.ts'
import type { IqTable } from './iq-table.ts'

type Needs = Pick<Messaging, 'changeContacts' | 'contacts' | 'sessions'>

/** The roster of one's own account (RFC 6121 §2), without versions. */
export function addRosterIqs(table: IqTable, { changeContacts, contacts, sessions }: Needs): IqTable {
  return table
    .on('get', NS.roster, 'query', async ({ from }) => {
      // §2.2: from now on it hears of changes; first, so that none is missed.
      sessions.wish(from.full, 'roster')
      const held = await contacts.list(from.bare)
      return encodeRoster(held.filter(({ listed }) => listed).map(rosterItem))
    })
    .on('set', NS.roster, 'query', async ({ from, payload }) => {
      const item = onlyItem(payload)
      const { jid, name, subscription } = item.attrs
      if (jid === undefined) throw malformed()
      if (subscription === 'remove') await changeContacts.remove(from.bare, jid)
      // §2.1.2.5: any other subscription is the server's to say.
      else await changeContacts.set(from.bare, { jid, name, groups: groupsOf(item) })
      return undefined
    })
}

/** §2.3.3: one item, no more. */
function onlyItem(query: IqRequest['payload']): XmlElement {
  const [item, ...more] = query.getChildElements()
  if (!item?.is('item', NS.roster) || more.length > 0) throw malformed()
  return item
}

function groupsOf(item: XmlElement): string[] {
  return item.getChildren('group', NS.roster).map((group) => group.getText())
}

function malformed(): StanzaFailure {
  return new StanzaFailure('bad-request', { type: 'modify' })
}
