import type { Client, ClientEvents, Message, SessionState } from '../src/node.ts'

type Page = Awaited<ReturnType<Client['messages']['list']>>

/** As much of a typed client as shows conversations, contacts and transfers; the test is its server. */
export class ScriptedClient {
  jid: string | undefined = 'alice@example.org'
  state: SessionState = 'online'
  readonly asked: (string | undefined)[] = []
  readonly #listeners = new Set<[string, (value: never) => unknown]>()
  readonly #waiting: ((page: Page | Error) => void)[] = []

  readonly messages = {
    list: ({ before }: { before?: string | undefined }): Promise<Page> => {
      this.asked.push(before)
      return new Promise((resolve, reject) =>
        this.#waiting.push((page) => (page instanceof Error ? reject(page) : resolve(page))),
      )
    },
  }

  on<E extends keyof ClientEvents>(event: E, listener: (value: ClientEvents[E]) => unknown): () => void {
    const entry: [string, (value: never) => unknown] = [event, listener]
    this.#listeners.add(entry)
    return () => void this.#listeners.delete(entry)
  }

  get watchers(): number {
    return this.#listeners.size
  }

  tell<E extends keyof ClientEvents>(event: E, value: ClientEvents[E]): void {
    for (const [name, listener] of [...this.#listeners]) if (name === event) listener(value as never)
  }

  become(state: SessionState): void {
    this.state = state
    this.tell('state', state)
  }

  /** Answers the oldest question for a page. */
  async answer(page: Page | Error): Promise<void> {
    this.#waiting.shift()?.(page)
    await new Promise((resolve) => setImmediate(resolve))
  }

  get client(): Client {
    return this as unknown as Client
  }
}

/** A text between alice and bob, whose time is its number. */
export function said(id: string, by: 'alice' | 'bob' = 'bob'): Message {
  const [from, to] = by === 'bob' ? ['bob', 'alice'] : ['alice', 'bob']
  return {
    chatType: 'chat',
    msgId: id,
    fromUserJid: `${from}@example.org`,
    toUserJid: `${to}@example.org`,
    timestamp: Number(id),
    msgBody: { message_type: 'text', message: id },
    metaData: {},
  }
}
