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

type Addressed = Pick<OfflineMessage, 'id' | 'resource'>

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
  readonly #given = new WeakMap<Session, Map<number, Addressed>>()
  /** Mailboxes whose delivery failed: something may wait in them. */
  readonly #failed = new Set<string>()

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
    this.#failed.delete(bare)
    void this.#work(bare, work).catch((error: unknown) =>
      this.#needs.logger.error({ err: error }, 'a mailbox could not be emptied'),
    )
  }

  /** True while something may wait for the account's devices, which what comes now must not overtake. Costs nothing. */
  isBehind(bare: string): boolean {
    return this.#running.has(bare) || this.#failed.has(bare)
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
    } catch (error) {
      this.#failed.add(bare)
      throw error
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
    const listed = batch(await store.list(bare, { limit: BATCH_MESSAGES, except: this.#handled(targets) }))
    const takers = targets.filter((session) => this.#give(session, listed, targets) > 0)
    for (const session of takers) void this.#ask(session, work)
    return takers.length > 0
  }

  /** How many were new to this session and taken by it. */
  #give(session: Session, messages: readonly OfflineMessage[], targets: readonly Session[]): number {
    const given = this.#givenTo(session)
    let count = 0
    for (const message of messages) {
      if (given.has(message.id) || isForAnother(message, session, targets)) continue
      if (!session.deliver(message.frame)) break
      given.set(message.id, { id: message.id, resource: message.resource })
      count += 1
    }
    return count
  }

  async #ask(session: Session, work: Work): Promise<void> {
    const { asked } = work
    const ids = [...this.#givenTo(session).keys()]
    asked.set(session, (asked.get(session) ?? 0) + 1)
    if (await session.confirm()) work.confirmed.push({ session, ids })
    const left = (asked.get(session) ?? 0) - 1
    if (left > 0) asked.set(session, left)
    else asked.delete(session)
    work.wake()
  }

  /** Ids of what no target needs any more. */
  #handled(targets: readonly Session[]): number[] {
    const given = targets.flatMap((session) => [...this.#givenTo(session).values()])
    const needs = (session: Session, message: Addressed) =>
      !this.#givenTo(session).has(message.id) && !isForAnother(message, session, targets)
    const handled = given.filter((message) => !targets.some((session) => needs(session, message)))
    return [...new Set(handled.map(({ id }) => id))]
  }

  #givenTo(session: Session): Map<number, Addressed> {
    const given = this.#given.get(session) ?? new Map<number, Addressed>()
    this.#given.set(session, given)
    return given
  }
}

// RFC 6121 §8.5.3.1: what is for one device is for it alone; §8.5.3.2.1: once that is gone, it is for the account.
function isForAnother({ resource }: Addressed, session: Session, targets: readonly Session[]): boolean {
  if (resource === undefined) return false
  const full = `${session.bare}/${resource}`
  return session.full !== full && targets.some((target) => target.full === full)
}

function batch(messages: readonly OfflineMessage[]): OfflineMessage[] {
  let characters = 0
  const fits = messages.findIndex(({ frame }) => {
    characters += frame.length
    return characters > BATCH_CHARACTERS
  })
  return messages.slice(0, fits < 0 ? undefined : Math.max(1, fits))
}
