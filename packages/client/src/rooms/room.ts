import { decodeStanzaError, type XmlElement } from '@sluice/protocol'
import { type Clock, sleep } from '../clock.ts'
import type { Session } from '../session/session.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { Unreachable } from '../unreachable.ts'
import { untilAborted } from '../until-aborted.ts'
import {
  entryPresence,
  exitPresence,
  instantRoom,
  isDestruction,
  isExclusion,
  isSubject,
  selfPresence,
} from './room-presence.ts'

const ENTRY_MS = 20_000
// Some services send no subject; one's own presence says enough.
const SUBJECT_MS = 5_000
const NICKS = 9

interface Needs {
  readonly session: Session
  readonly clock: Clock
  /** Bare JID. */
  readonly jid: string
  /** The nickname to ask for; another one, `<nick>-2` and so on, when somebody has it. */
  readonly nick: string
  readonly password?: string | undefined
  /** Called when the room put this occupant out, after `lose`. */
  readonly onRemoved: (how: { forGood: boolean }) => void
}

/** One attempt to enter. */
interface Knock {
  readonly nick: string
  admitted: boolean
  /** Others can come in. */
  unlocked: Promise<unknown>
  /** Aborted once it is over. */
  readonly over: AbortSignal
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** One room (XEP-0045), as seen from the one who is in it or wants to be. */
export class Room {
  readonly jid: string
  readonly #needs: Needs
  #nick: string
  #inside = false
  /** Whether the room let us in on this stream, and has not put us out. */
  #isKnown = false
  #knock: Knock | undefined
  #entering: Promise<void> | undefined
  /** When something of the room was heard last, in milliseconds since 1970; undefined before the first entry. */
  #heardAt: number | undefined

  constructor(needs: Needs) {
    this.jid = needs.jid
    this.#needs = needs
    this.#nick = needs.nick
  }

  get nick(): string {
    return this.#nick
  }

  get isInside(): boolean {
    return this.#inside
  }

  /** Whether it has let us in once. */
  get wasEntered(): boolean {
    return this.#heardAt !== undefined
  }

  /** One's own JID in the room. */
  get occupant(): string {
    return `${this.jid}/${this.#nick}`
  }

  /**
   * Enters, unless it is inside already. After a lost line the room repeats what was missed; the first time nothing.
   * Rejects with StanzaRefused, Unreachable, or the signal's reason.
   */
  async enter(signal?: AbortSignal): Promise<void> {
    if (this.#inside) return
    this.#entering ??= this.#enter().finally(() => {
      this.#entering = undefined
    })
    await (signal ? untilAborted(this.#entering, signal) : this.#entering)
  }

  /** Resolves once the room is told. Never rejects. */
  async leave(): Promise<void> {
    const knock = this.#knock
    const nick = this.#isKnown ? this.#nick : knock?.nick
    this.lose()
    if (nick === undefined) return
    await this.#needs.session.send(exitPresence(`${this.jid}/${nick}`)).catch(() => {})
  }

  /** The line was lost, or the room has put us out. */
  lose(): void {
    this.#isKnown = false
    this.doubt()
  }

  /** The room does not seem to know us any more. */
  doubt(): void {
    this.#inside = false
    this.#knock?.reject(new Unreachable('The room was lost'))
  }

  /** Any stanza whose `from` is of this room. */
  observe(stanza: XmlElement): void {
    if (this.#inside) this.#heardAt = this.#needs.clock.now()
    if (stanza.is('presence')) this.#observePresence(stanza)
    else if (this.#knock?.admitted && isSubject(stanza)) this.#arriveOnceUnlocked(this.#knock)
  }

  async #enter(): Promise<void> {
    const { nick } = this.#needs
    const others = Array.from({ length: NICKS - 1 }, (_, index) => `${nick}-${index + 2}`)
    // The one that it had first: others know it by that.
    for (const candidate of new Set([this.#nick, nick, ...others])) {
      try {
        return await this.#tryNick(candidate)
      } catch (error) {
        const taken = error instanceof StanzaRefused && error.condition === 'conflict'
        if (!taken) throw error
      }
    }
    throw new StanzaRefused({
      condition: 'conflict',
      type: 'cancel',
      text: 'The nickname is taken',
      details: {},
    })
  }

  async #tryNick(nick: string): Promise<void> {
    const { session, clock, password } = this.#needs
    const missedMs = this.#heardAt === undefined ? undefined : clock.now() - this.#heardAt
    const historySeconds = missedMs === undefined ? 0 : Math.ceil(missedMs / 1000) + 1
    const over = new AbortController()
    const entered = new Promise<void>((resolve, reject) => {
      this.#knock = { nick, admitted: false, unlocked: Promise.resolve(), over: over.signal, resolve, reject }
    })
    const late = sleep(clock, ENTRY_MS, over.signal).then(() => {
      throw new Unreachable('The room does not answer')
    })
    late.catch(() => {})
    try {
      const sending = session.send(entryPresence({ room: this.jid, nick, password, historySeconds }))
      await Promise.race([Promise.all([sending, entered]), late])
    } finally {
      over.abort()
      this.#knock = undefined
    }
  }

  #observePresence(presence: XmlElement): void {
    const { type, from } = presence.attrs
    if (type === 'error') this.#refused(presence)
    if (type === 'unavailable') this.#observeExit(presence)
    const self = selfPresence(presence)
    if (self && from && type === undefined) this.#admitted(from.slice(this.jid.length + 1), self.codes)
  }

  #observeExit(presence: XmlElement): void {
    // Before it let us in, it speaks of an earlier stay.
    if (!this.#isKnown) return
    const self = selfPresence(presence)
    // XEP-0045 §7.6: 303, a new nickname; the presence under it follows.
    if (self?.codes.has('303') && self.newNick !== undefined) {
      this.#nick = self.newNick
      return
    }
    // XEP-0045 §10.9: each occupant gets its own, and not every service marks it with 110.
    const isDestroyed = isDestruction(presence) && presence.attrs.from === this.occupant
    if (!self && !isDestroyed) return
    this.lose()
    this.#needs.onRemoved({ forGood: isDestroyed || isExclusion(self?.codes ?? new Set()) })
  }

  #admitted(nick: string, codes: ReadonlySet<string>): void {
    const { session, clock } = this.#needs
    this.#nick = nick
    this.#isKnown = true
    const knock = this.#knock
    if (!knock || knock.admitted) return
    knock.admitted = true
    // XEP-0045 §10.1: 201, a room that was not there before; it is locked until it is configured.
    if (codes.has('201')) {
      knock.unlocked = session.request({ type: 'set', to: this.jid, payload: instantRoom() })
      knock.unlocked.catch(knock.reject)
    }
    sleep(clock, SUBJECT_MS, knock.over).then(
      () => this.#arriveOnceUnlocked(knock),
      () => {},
    )
  }

  #arriveOnceUnlocked(knock: Knock): void {
    knock.unlocked.then(
      () => {
        if (this.#knock === knock) this.#arrive(knock)
      },
      () => {},
    )
  }

  #arrive(knock: Knock): void {
    this.#inside = true
    this.#heardAt = this.#needs.clock.now()
    knock.resolve()
  }

  #refused(presence: XmlElement): void {
    const error = presence.getChild('error')
    if (error) this.#knock?.reject(new StanzaRefused(decodeStanzaError(error)))
  }
}
