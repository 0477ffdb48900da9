import type { Chain, Message, Progress, Res } from '@sluice/client'

export const U = (id: string) => `Media upload for message-id ${id}`
export const D = (id: string) => `Media download for message-id ${id}`

/** Everything that one run of a chain told, in order, and promises for each of its moments. */
export class Observed<T> {
  /** `pending`, `resuming`, `success` and `error`, as they fired. */
  readonly fired: string[] = []
  readonly progress: Progress[] = []
  readonly id: Promise<string>
  readonly resuming: Promise<string>
  readonly success: Promise<Res<T>>
  readonly error: Promise<Res>
  readonly result: Promise<Res<T>>
  readonly #watchers = new Set<() => void>()

  constructor(chain: Chain<T>) {
    const once = <V>(name: string, listen: (fire: (value: V) => void) => unknown) =>
      new Promise<V>((resolve) => {
        listen((value) => {
          this.fired.push(name)
          resolve(value)
        })
      })
    this.id = once('pending', (fire) => chain.onPending(fire))
    this.resuming = once('resuming', (fire) => chain.onResuming(fire))
    this.success = once('success', (fire) => chain.onSuccess(fire))
    this.error = once('error', (fire) => chain.onError(fire))
    chain.onProgress((progress) => {
      this.progress.push(progress)
      for (const watcher of this.#watchers) watcher()
    })
    this.result = chain.then((result) => result)
  }

  /** Resolves with the first progress that is `enough`. */
  reaches(enough: (progress: Progress) => boolean): Promise<Progress> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.progress.find(enough)
        if (!found) return
        this.#watchers.delete(look)
        resolve(found)
      }
      this.#watchers.add(look)
      look()
    })
  }

  /** Resolves when so many bytes are told to be durable. */
  committed(bytes: number): Promise<Progress> {
    return this.reaches(({ committed }) => committed >= bytes)
  }

  /** Where a run that resumed went on: the first offset that it told. */
  get wentOnAt(): number {
    return this.progress[0]?.committed ?? 0
  }

  /** Resolves when this share of the bytes is handed to the network. */
  sent(share: number): Promise<Progress> {
    return this.reaches(({ sent, total }) => sent >= share * total)
  }
}

/** Messages as a device's messageListener got them, and promises for those to come. */
export class Inbox {
  readonly messages: Message[] = []
  readonly #watchers = new Set<() => void>()

  readonly listener = (message: Message): void => {
    this.messages.push(message)
    for (const watcher of this.#watchers) watcher()
  }

  of(msgId: string): Message[] {
    return this.messages.filter((message) => message.msgId === msgId)
  }

  got(msgId: string): Promise<Message> {
    return this.#first(() => this.of(msgId)[0])
  }

  /** The first message of all. */
  any(): Promise<Message> {
    return this.#first(() => this.messages[0])
  }

  #first(find: () => Message | undefined): Promise<Message> {
    return new Promise((resolve) => {
      const look = () => {
        const found = find()
        if (!found) return
        this.#watchers.delete(look)
        resolve(found)
      }
      this.#watchers.add(look)
      look()
    })
  }
}
