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

  async find(msgId: string): Promise<Message | undefined> {
    return (await this.#store.get('media', msgId)) as Message | undefined
  }
}
