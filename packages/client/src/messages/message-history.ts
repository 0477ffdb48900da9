import type { AccountStore } from '../persistence/store.ts'
import type { Message } from './message.ts'

/** The media messages that this store has seen, so that `downloadMedia` finds their files by message id. */
export class MessageHistory {
  readonly #store: AccountStore

  constructor({ store }: { store: AccountStore }) {
    this.#store = store
  }

  /** The first message under an id stays: nobody can put another file behind an id that was shown. */
  async remember(message: Message): Promise<void> {
    if (!message.msgBody.media || (await this.find(message.msgId))) return
    await this.#store.put('media', message.msgId, message)
  }

  /**
   * As `remember`, for what an archive stored at this time; of several archived messages with one id the oldest stays,
   * in whatever order they are read.
   */
  async rememberArchived(message: Message, storedAt: number): Promise<void> {
    if (!message.msgBody.media) return
    const held = (await this.find(message.msgId)) as (Message & { storedAt?: number }) | undefined
    if (held && storedAt >= (held.storedAt ?? Number.NEGATIVE_INFINITY)) return
    await this.#store.put('media', message.msgId, { ...message, storedAt })
  }

  async find(msgId: string): Promise<Message | undefined> {
    return (await this.#store.get('media', msgId)) as Message | undefined
  }
}
