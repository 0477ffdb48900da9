import type { Log } from '../log.ts'
import type { AccountStore } from '../persistence/store.ts'
import type { ArchiveFinder } from './archive-finder.ts'
import { type Message, peerOf } from './message.ts'
import type { ReceiptStates } from './receipt-states.ts'

const KEPT = 200

interface Needs {
  readonly store: AccountStore
  readonly archives: ArchiveFinder
  readonly receipts: ReceiptStates
  readonly log: Log
  /** Bare JID. */
  readonly account: string
}

/**
 * The last 200 messages of each conversation that no server's archive keeps. Where there is an archive nothing is
 * stored here.
 */
export class KeptConversations {
  readonly #needs: Needs
  /** One after the other: each rewrites its conversation. */
  #turn: Promise<void> = Promise.resolve()

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** Takes a message that was sent or received. Never rejects. */
  async keep(message: Message): Promise<void> {
    await this.#inTurn(async () => {
      const peer = peerOf(message, this.#needs.account)
      const room = message.chatType === 'groupchat' ? peer : undefined
      if (await this.#needs.archives.isThere(room)) return
      const held = await this.#read(peer)
      if (message.msgId !== '' && held.some((known) => isSame(known, message))) return
      await this.#write(peer, [...held, message])
    })
  }

  /** Notes the receipts of one conversation. Never rejects. */
  async mark(peer: string): Promise<void> {
    await this.#inTurn(async () => {
      const held = await this.#read(peer)
      if (held.length > 0) await this.#write(peer, held)
    })
  }

  /** A page of what is kept, oldest first; `before` is the msgId of the oldest message that is known. */
  async page(
    peer: string,
    { before, max }: { before: string | undefined; max: number },
  ): Promise<{ messages: Message[]; before?: string }> {
    await this.#turn
    const held = await this.#read(peer)
    const end = before === undefined ? held.length : held.findIndex(({ msgId }) => msgId === before)
    const messages = held.slice(Math.max(end - max, 0), Math.max(end, 0))
    const oldest = messages[0]?.msgId
    return { messages, ...(end > max && oldest && { before: oldest }) }
  }

  async #read(peer: string): Promise<Message[]> {
    return ((await this.#needs.store.get('conversations', peer)) as Message[] | undefined) ?? []
  }

  async #write(peer: string, messages: Message[]): Promise<void> {
    const { store, receipts } = this.#needs
    await store.put('conversations', peer, receipts.applied(messages.slice(-KEPT)))
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work).catch((error: unknown) => {
      this.#needs.log('error', 'a conversation was not kept', { error })
    })
    return this.#turn
  }
}

function isSame(one: Message, other: Message): boolean {
  return one.msgId === other.msgId && one.fromUserJid === other.fromUserJid
}
