import { type Conversation, emptyConversation, type Marks } from './conversation.ts'
import { Observable } from './observable.ts'

/** Every conversation of the account, by the JID of the other one. */
export class Conversations {
  readonly all = new Observable<ReadonlyMap<string, Conversation>>(new Map())
  readonly #marksOf: (jid: string) => Marks

  constructor({ marksOf }: { marksOf: (jid: string) => Marks }) {
    this.#marksOf = marksOf
  }

  of(jid: string): Conversation {
    return this.all.value.get(jid) ?? emptyConversation(jid, this.#marksOf(jid))
  }

  change(jid: string, change: (conversation: Conversation) => Conversation): void {
    const before = this.of(jid)
    const after = change(before)
    if (after === before && this.all.value.has(jid)) return
    this.all.update((all) => new Map(all).set(jid, after))
  }
}

/** Those that say something last come first. */
export function byLastMessage(conversations: Iterable<Conversation>): Conversation[] {
  const last = ({ entries }: Conversation) => entries.at(-1)?.message.timestamp ?? 0
  return [...conversations].sort((a, b) => last(b) - last(a) || a.jid.localeCompare(b.jid))
}
