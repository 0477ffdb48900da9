import { useSyncExternalStore } from 'react'
import type { Client } from '../client.ts'
import { Conversation, type ConversationView } from './conversation.ts'
import { ofClient } from './of-client.ts'
import { Snapshot } from './snapshot.ts'

const RENDERED: ConversationView = {
  messages: [],
  isLoading: false,
  hasOlder: false,
  error: undefined,
  loadOlder: async () => {},
}

const conversationsOf = ofClient(() => new Map<string, Snapshot<ConversationView>>())

/**
 * The conversation with a person or room, by its bare JID: the newest page of its history, then what comes and goes, also
 * what other devices of the account send; older pages by `loadOlder`. Own texts that wait for a connection, and files
 * on their way, are not in it before they are sent.
 */
export function useMessages(client: Client, jid: string): ConversationView {
  const { subscribe, get } = conversationWith(client, jid)
  return useSyncExternalStore(subscribe, get, rendered)
}

function rendered(): ConversationView {
  return RENDERED
}

/** One for all who show it. */
function conversationWith(client: Client, jid: string): Snapshot<ConversationView> {
  const held = conversationsOf(client)
  const known = held.get(jid)
  if (known) return known
  const conversation = new Conversation({ client, jid })
  const snapshot = new Snapshot<ConversationView>({
    initial: conversation.view,
    read: () => conversation.view,
    watch: (changed) => conversation.watch(changed),
  })
  held.set(jid, snapshot)
  return snapshot
}
