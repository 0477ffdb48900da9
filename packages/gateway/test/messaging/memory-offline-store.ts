import type { OfflineMessage, OfflineStore } from '../../src/messaging/offline-store.ts'

/** Waiting messages for tests. `knows` says who has an account. */
export class MemoryOfflineStore implements OfflineStore {
  readonly #knows: (jid: string) => boolean
  readonly #maxMessages: number
  readonly #mailboxes = new Map<string, OfflineMessage[]>()
  #lastId = 0

  constructor({ knows, maxMessages = 1000 }: { knows: (jid: string) => boolean; maxMessages?: number }) {
    this.#knows = knows
    this.#maxMessages = maxMessages
  }

  async put({ to, frame, resource }: Parameters<OfflineStore['put']>[0]): ReturnType<OfflineStore['put']> {
    if (!this.#knows(to)) return 'unknown-account'
    const mailbox = this.#mailboxes.get(to) ?? []
    if (mailbox.length >= this.#maxMessages) return 'full'
    this.#lastId += 1
    const message = { id: this.#lastId, frame, ...(resource !== undefined && { resource }) }
    this.#mailboxes.set(to, [...mailbox, message])
    return 'stored'
  }

  async list(
    to: string,
    { limit, except }: { limit: number; except: readonly number[] },
  ): Promise<OfflineMessage[]> {
    return (this.#mailboxes.get(to) ?? []).filter(({ id }) => !except.includes(id)).slice(0, limit)
  }

  async remove(to: string, ids: readonly number[]): Promise<void> {
    this.#mailboxes.set(
      to,
      (this.#mailboxes.get(to) ?? []).filter(({ id }) => !ids.includes(id)),
    )
  }

  forget(to: string): void {
    this.#mailboxes.delete(to)
  }
}
