import type { XmlElement } from '@sluice/protocol'

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
  /** -128 to 127. */
  readonly priority: number
}

interface Entry {
  readonly session: Session
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
    entries.set(session.full, { session })
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
    const slash = full.indexOf('/')
    return this.#byBare.get(slash < 0 ? full : full.slice(0, slash))?.get(full)?.session
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

  #entries(bare: string): Entry[] {
    return [...(this.#byBare.get(bare)?.values() ?? [])]
  }
}
