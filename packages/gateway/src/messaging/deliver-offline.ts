import type { Logger } from '../transfer/logger.ts'
import type { OfflineMessage, OfflineStore } from './offline-store.ts'
import type { Session, Sessions } from './sessions.ts'

const BATCH_MESSAGES = 50
/** Of XML: so little that a slow link has answered behind it before its device counts as gone. */
const BATCH_CHARACTERS = 32 * 1024

interface Needs {
  store: OfflineStore
  sessions: Sessions
  logger: Pick<Logger, 'error'>
}

/** A mailbox at work. */
interface Work {
  /** Somebody asked for another look meanwhile. */
  again: boolean
  /** How many questions each device has yet to answer. */
  readonly asked: Map<Session, number>
  /** Answered for, but still in the store. */
  confirmed: { session: Session; ids: readonly number[] }[]
  /** Ends the wait for an answer or for {@link again}. */
  wake: () => void
}

/**
 * Empties a mailbox into the devices of its owner. A message leaves the store only after a device has answered behind
 * it: one that was written to a dying connection comes again, and receivers drop a repeat by its origin-id (I8).
 * The next batch follows as soon as one of the devices has nothing left to answer, however long that takes: a device
 * that never answers is ended by its session, and holds up no other.
 */
export class DeliverOffline {
  readonly #needs: Needs
  readonly #running = new Map<string, Work>()
  /** What a session was given and the store still holds: within one session, nothing comes twice. */
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
      running.wake()
      return
    }
    const work: Work = { again: true, asked: new Map(), confirmed: [], wake: () => {} }
    this.#running.set(bare, work)
    void this.#work(bare, work).catch((error: unknown) =>
      this.#needs.logger.error({ err: error }, 'a mailbox could not be emptied'),
    )
  }

  async #work(bare: string, work: Work): Promise<void> {
    try {
      for (;;) {
        work.again = false
        const removed = await this.#removeConfirmed(bare, work)
        const gave = await this.#deliverBatch(bare, work)
        if (removed || gave || work.again || work.confirmed.length > 0) continue
        if (work.asked.size === 0) return
        await new Promise<void>((resolve) => {
          work.wake = resolve
        })
      }
    } finally {
      // In the same turn as the last look at `again`, so that nobody asks in between.
      this.#running.delete(bare)
    }
  }

  /** True when there was something. */
  async #removeConfirmed(bare: string, work: Work): Promise<boolean> {
    const { confirmed } = work
    if (confirmed.length === 0) return false
    work.confirmed = []
    await this.#needs.store.remove(bare, [...new Set(confirmed.flatMap(({ ids }) => ids))])
    // Not earlier: what the store failed to forget would be given again.
    for (const { session, ids } of confirmed) for (const id of ids) this.#givenTo(session).delete(id)
    return true
  }

  /** True when a device took something new; it is asked to confirm that. */
  async #deliverBatch(bare: string, work: Work): Promise<boolean> {
    const { store, sessions } = this.#needs
    const targets = sessions.mostAvailable(bare)
    if (targets.every((session) => work.asked.has(session))) return false
    const listed = batch(await store.list(bare, { limit: BATCH_MESSAGES, except: this.#givenToAll(targets) }))
    const takers = targets.filter((session) => this.#give(session, listed) > 0)
    for (const session of takers) void this.#ask(session, work)
    return takers.length > 0
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

  async #ask(session: Session, work: Work): Promise<void> {
    const { asked } = work
    const ids = [...this.#givenTo(session)]
    asked.set(session, (asked.get(session) ?? 0) + 1)
    if (await session.confirm()) work.confirmed.push({ session, ids })
    const left = (asked.get(session) ?? 0) - 1
    if (left > 0) asked.set(session, left)
    else asked.delete(session)
    work.wake()
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
