import type { Client } from '../client.ts'
import type { ReceiptEvent } from '../messages/inbox.ts'
import { type Message, peerOf } from '../messages/message.ts'
import { withNewestPage, withoutRepeats, withReceipts } from './merge-messages.ts'

const PAGE = 50

/** One conversation at one moment. */
export interface ConversationView {
  /** Oldest first; own ones with what became of them. */
  readonly messages: readonly Message[]
  /** A page of it is being read. */
  readonly isLoading: boolean
  /** Whether there are older messages to load. */
  readonly hasOlder: boolean
  /** Why the last page was not read; it is read again with the next connection, or by `loadOlder`. */
  readonly error: Error | undefined
  /** Reads the page before the oldest message. Never rejects; the same function all the time. */
  readonly loadOlder: () => Promise<void>
}

/** Follows one conversation of a client while somebody watches it, and across lost lines. */
export class Conversation {
  readonly #client: Client
  readonly #jid: string
  /** Whose conversation it is. */
  #account: string | undefined
  readonly #receipts = new Map<string, ReceiptEvent['state']>()
  /** Where older ones are to be read; absent while that is not known. */
  #older: { readonly before: string | undefined } | undefined
  /** What came while the newest page is read; absent while none is. */
  #since: Message[] | undefined
  /** The reading that counts; an outdated one changes nothing. */
  #reading: object | undefined
  #view: ConversationView = {
    messages: [],
    isLoading: false,
    hasOlder: false,
    error: undefined,
    loadOlder: () => this.#loadOlder(),
  }
  #changed: () => void = () => {}

  constructor({ client, jid }: { client: Client; jid: string }) {
    this.#client = client
    this.#jid = jid
  }

  get view(): ConversationView {
    return this.#view
  }

  /** Begins to follow; returns what ends it. */
  watch(changed: () => void): () => void {
    const client = this.#client
    this.#changed = changed
    const removes = [
      client.on('message', (message) => this.#take(message)),
      client.on('sent', (message) => this.#take(message)),
      client.on('receipt', (receipt) => this.#takeReceipt(receipt)),
      client.on('state', () => this.#settle()),
    ]
    this.#settle()
    return () => {
      this.#changed = () => {}
      this.#reading = undefined
      this.#since = undefined
      for (const remove of removes) remove()
      // When it is shown again, it begins at its end.
      if (this.#view.messages.length > PAGE) this.#older = undefined
      this.#show({ messages: this.#view.messages.slice(-PAGE), isLoading: false })
    }
  }

  /** Reads the newest page with each line: what came while it was lost may have gone to other devices alone. */
  #settle(): void {
    const { jid, state } = this.#client
    if (jid !== this.#account) this.#begin(jid)
    if (state === 'online') void this.#loadNewest()
  }

  #begin(account: string | undefined): void {
    this.#account = account
    this.#receipts.clear()
    this.#older = undefined
    this.#reading = undefined
    this.#since = undefined
    this.#show({ messages: [], isLoading: false, hasOlder: false, error: undefined })
  }

  #loadNewest(): Promise<void> {
    const since: Message[] = []
    this.#since = since
    return this.#read(undefined, ({ messages: page, before }) => {
      const { messages, hasGap } = withNewestPage(this.#shownBefore(since), page, since)
      if (hasGap) this.#older = undefined
      this.#older ??= { before }
      this.#since = undefined
      return messages
    })
  }

  async #loadOlder(): Promise<void> {
    if (this.#view.isLoading || this.#client.state !== 'online') return
    if (!this.#older) return this.#loadNewest()
    if (this.#older.before === undefined) return
    await this.#read(this.#older.before, ({ messages: page, before }) => {
      this.#older = { before }
      return withoutRepeats([...page, ...this.#view.messages])
    })
  }

  async #read(
    before: string | undefined,
    taken: (page: { messages: Message[]; before?: string | undefined }) => readonly Message[],
  ): Promise<void> {
    const reading = {}
    this.#reading = reading
    this.#show({ isLoading: true, error: undefined })
    try {
      const page = await this.#client.messages.list({ with: this.#jid, before, max: PAGE })
      if (this.#reading !== reading) return
      const messages = taken(page)
      this.#show({ messages, isLoading: false, hasOlder: this.#older?.before !== undefined })
    } catch (error) {
      if (this.#reading === reading) this.#show({ isLoading: false, error: error as Error })
    }
  }

  #shownBefore(since: readonly Message[]): readonly Message[] {
    const { messages } = this.#view
    return messages.slice(0, messages.length - since.length)
  }

  #take(message: Message): void {
    const { jid } = this.#client
    if (jid === undefined || peerOf(message, jid) !== this.#jid) return
    const messages = withoutRepeats([...this.#view.messages, message])
    if (messages.length === this.#view.messages.length) return
    this.#since?.push(message)
    this.#show({ messages })
  }

  #takeReceipt({ from, msgId, state }: ReceiptEvent): void {
    if (from !== this.#jid || this.#receipts.get(msgId) === 'displayed') return
    this.#receipts.set(msgId, state)
    this.#show({})
  }

  #show(change: Partial<ConversationView>): void {
    const next = { ...this.#view, ...change }
    const messages = withReceipts(next.messages, { jid: this.#jid, states: this.#receipts })
    this.#view = { ...next, messages }
    this.#changed()
  }
}
