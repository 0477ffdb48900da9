import type { XmlElement } from '@sluice/protocol'
import { bareOf } from './bare-of.ts'

/** One connected device, as messaging needs it. */
export interface Session {
  /** Full JID and bare JID, prepared. */
  readonly full: string
  readonly bare: string
  /** Hands over one stanza as XML; false when the device is gone or does not read. Keeps the order. */
  deliver(frame: string): boolean
  /**
   * True once the device has answered behind all that was delivered before, however slowly; false when it is gone, as a
   * device without any sign of life is after some minutes. Never rejects.
   */
  confirm(): Promise<boolean>
  /** Ends the stream. */
  end(reason: 'conflict' | 'not-authorized'): void
}

interface Presence {
  readonly stanza: XmlElement
  /** The same as XML, without `to`. */
  readonly frame: string
  /** -128 to 127. */
  readonly priority: number
}

/** What a device wants beside what is sent to it: changes of the roster (RFC 6121 §2.2), and copies (XEP-0280). */
export type Wish = 'roster' | 'copies'

interface Entry {
  readonly session: Session
  readonly wishes: Set<Wish>
  presence?: Presence
}

/** The devices connected to this node, by bare JID and resource. */
export class Sessions {
  readonly #byBare = new Map<string, Map<string, Entry>>()

  /** The newest session of a full JID wins; the one before is ended (RFC 6120 §7.7.2.2). */
  add(session: Session): void {
    // First, so that it leaves as any other does.
    this.find(session.full)?.end('conflict')
    const entries = this.#byBare.get(session.bare) ?? new Map<string, Entry>()
    this.#byBare.set(session.bare, entries)
    entries.set(session.full, { session, wishes: new Set() })
  }

  /** The presence that it leaves behind, if it was available. Idempotent; does nothing for one that was replaced. */
  remove(session: Session): Presence | undefined {
    const entries = this.#byBare.get(session.bare)
    const entry = entries?.get(session.full)
    if (!entries || entry?.session !== session) return undefined
    entries.delete(session.full)
    if (entries.size === 0) this.#byBare.delete(session.bare)
    return entry.presence
  }

  find(full: string): Session | undefined {
    return this.#entry(full)?.session
  }

  of(bare: string): Session[] {
    return this.#entries(bare).map(({ session }) => session)
  }

  /** Answers the presence before. */
  setPresence(session: Session, presence: Presence | undefined): Presence | undefined {
    const entry = this.#byBare.get(session.bare)?.get(session.full)
    if (entry?.session !== session) return undefined
    const before = entry.presence
    if (presence) entry.presence = presence
    else delete entry.presence
    return before
  }

  /** Undefined for a device that is not available. */
  presenceOf(full: string): Presence | undefined {
    return this.#entry(full)?.presence
  }

  /** Does nothing for a device that is gone. */
  wish(full: string, wish: Wish, wants = true): void {
    const wishes = this.#entry(full)?.wishes
    if (wants) wishes?.add(wish)
    else wishes?.delete(wish)
  }

  wishing(bare: string, wish: Wish): Session[] {
    return this.#entries(bare).flatMap(({ session, wishes }) => (wishes.has(wish) ? [session] : []))
  }

  /** Those that sent available presence, with it. */
  available(bare: string): (Presence & { session: Session })[] {
    return this.#entries(bare).flatMap(({ session, presence }) =>
      presence ? [{ ...presence, session }] : [],
    )
  }

  /** Those of the highest priority, if it is not negative (RFC 6121 §8.5.2.1.1). */
  mostAvailable(bare: string): Session[] {
    const available = this.available(bare)
    const highest = Math.max(0, ...available.map(({ priority }) => priority))
    return available.filter(({ priority }) => priority === highest).map(({ session }) => session)
  }

  #entry(full: string): Entry | undefined {
    return this.#byBare.get(bareOf(full))?.get(full)
  }

  #entries(bare: string): Entry[] {
    return [...(this.#byBare.get(bare)?.values() ?? [])]
  }
}
