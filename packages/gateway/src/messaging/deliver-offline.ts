import type { Logger } from '../transfer/logger.ts'
import type { OfflineMessage, OfflineStore } from './offline-store.ts'
import type { Session, Sessions } from './sessions.ts'

const BATCH_MESSAGES = 50
/** Stays far below what the endpoint buffers for a reader before it gives it up. */
const BATCH_CHARACTERS = 256 * 1024

interface Needs {
  store: OfflineStore
  sessions: Sessions
  logger: Pick<Logger, 'error'>
}

/**
 * Empties a mailbox into the devices of its owner. A message leaves the store only after a device has answered behind
 * it: one that was written to a dying connection comes again, and receivers drop a repeat by its origin-id (I8).
 */
export class DeliverOffline {
  readonly #needs: Needs
  /** Mailboxes at work; true when somebody asked again meanwhile. */
  readonly #running = new Map<string, { again: boolean }>()
  /** What a session was given and has not confirmed: within one session, nothing comes twice. */
  readonly #given = new WeakMap<Session, Set<number>>()

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /**
   * Answers at once: a sender must not wait until the receiver has confirmed. Asked while the mailbox is being emptied,
   * it is looked into once more.
   */
  start(bare: string): void {
    const running = this.#running.get(bare)
    if (running) {
      running.again = true
      return
    }
    const work = { again: true }
    this.#running.set(bare, work)
    void this.#work(bare, work).catch((error: unknown) =>
      this.#needs.logger.error({ err: error }, 'a mailbox could not be emptied'),
    )
  }

  async #work(bare: string, work: { again: boolean }): Promise<void> {
    try {
      while (work.again) {
        work.again = false
        while (await this.#deliverBatch(bare)) {
          // The next batch.
        }
      }
    } finally {
      // In the same turn as the last look at `again`, so that nobody asks in between.
      this.#running.delete(bare)
    }
  }

  /** True when there may be more to deliver. */
  async #deliverBatch(bare: string): Promise<boolean> {
    const { store, sessions } = this.#needs
    const targets = sessions.mostAvailable(bare)
    if (targets.length === 0) return false
    const listed = batch(await store.list(bare, { limit: BATCH_MESSAGES, except: this.#givenToAll(targets) }))
    const delivered = targets.map((session) => this.#give(session, listed))
    if (!delivered.some((count) => count > 0)) return false
    const confirmed = await Promise.all(targets.map((session) => this.#confirmed(session)))
    const ids = [...new Set(confirmed.flat())]
    await store.remove(bare, ids)
    return ids.length > 0
  }

  /** How many were new to this session and taken by it. */
  #give(session: Session, messages: readonly OfflineMessage[]): number {
    const given = this.#givenTo(session)
    let count = 0
    for (const { id, frame } of messages) {
      if (given.has(id)) continue
      if (!session.deliver(frame)) break
      given.add(id)
      count += 1
    }
    return count
  }

  async #confirmed(session: Session): Promise<number[]> {
    const given = this.#givenTo(session)
    const asked = [...given]
    if (asked.length === 0 || !(await session.confirm())) return []
    for (const id of asked) given.delete(id)
    return asked
  }

  #givenToAll([first, ...others]: readonly Session[]): number[] {
    if (!first) return []
    return [...this.#givenTo(first)].filter((id) => others.every((other) => this.#givenTo(other).has(id)))
  }

  #givenTo(session: Session): Set<number> {
    const given = this.#given.get(session) ?? new Set<number>()
    this.#given.set(session, given)
    return given
  }
}

function batch(messages: readonly OfflineMessage[]): OfflineMessage[] {
  let characters = 0
  const fits = messages.findIndex(({ frame }) => {
    characters += frame.length
    return characters > BATCH_CHARACTERS
  })
  return messages.slice(0, fits < 0 ? undefined : Math.max(1, fits))
}
