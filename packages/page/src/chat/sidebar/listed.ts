import type { Contact } from '@sluice/client'
import { type Conversation, emptyConversation } from '../state/conversation.ts'
import { byLastMessage } from '../state/conversations.ts'

interface Known {
  readonly conversations: ReadonlyMap<string, Conversation>
  readonly contacts: readonly Contact[]
  readonly shown: string | undefined
}

/** Who stands in the list: contacts, whoever said something, and who is shown; not who only asks to be a contact. */
export function listed({ conversations, contacts, shown }: Known) {
  const byJid = new Map(contacts.map((contact) => [contact.jid, contact]))
  const jids = new Set([
    ...contacts
      .filter(({ subscription, pending }) => subscription !== 'none' || pending)
      .map(({ jid }) => jid),
    ...[...conversations.values()].filter(({ entries }) => entries.length > 0).map(({ jid }) => jid),
    ...(shown === undefined ? [] : [shown]),
  ])
  const all = [...jids].map((jid) => conversations.get(jid) ?? emptyConversation(jid))
  return byLastMessage(all).map((conversation) => ({ conversation, contact: byJid.get(conversation.jid) }))
}
