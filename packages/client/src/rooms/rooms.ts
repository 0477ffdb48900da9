import type { XmlElement } from '@sluice/protocol'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { bareJid } from '../messages/message.ts'
import type { Session } from '../session/session.ts'
import { comeBack } from './come-back.ts'
import { Room } from './room.ts'
import { RoomFinder } from './room-finder.ts'

/** A room that the account is in, or comes back to with the line. */
export interface JoinedRoom {
  /** Bare JID. */
  readonly jid: string
  /** The nickname that this account has there. */
  readonly nick: string
}

interface Needs {
  readonly session: Session
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

/**
 * The rooms of an account: those that its app joined, and those that it sent to. Each is entered again with the line,
 * or when its service comes back, until it is left or lets us in no more.
 */
export class Rooms {
  readonly #needs: Needs
  readonly #finder: RoomFinder
  readonly #held = new Map<string, Room>()
  /** How many wait to be let in. */
  readonly #joining = new WeakMap<Room, number>()
  /** Ends the return to a room, by its JID. */
  readonly #returns = new Map<string, AbortController>()

  constructor(needs: Needs) {
    this.#needs = needs
    this.#finder = new RoomFinder(needs)
    needs.session.stanzas.add((stanza) => this.#observe(stanza))
    needs.session.states.add((state) => {
      for (const room of this.#held.values()) {
        this.#stopReturn(room.jid)
        if (state === 'online') this.#enterAgain(room)
        else room.lose()
      }
    })
  }

  /** By the rooms that are joined, else by disco. Rejects as RoomFinder does. */
  async chatTypeOf(jid: string, signal: AbortSignal): Promise<'chat' | 'groupchat'> {
    const isRoom = this.#held.has(jid) || (await this.#finder.isRoom(jid, signal))
    return isRoom ? 'groupchat' : 'chat'
  }

  /**
   * Enters a room, with the account's name for a nickname unless another is given; idempotent, also in nickname and
   * password. Rejects with StanzaRefused, Unreachable, or the signal's reason; the room is then not held, unless it
   * was before or somebody else still waits for it.
   */
  async join(
    jid: string,
    how: { nick?: string | undefined; password?: string | undefined; signal?: AbortSignal } = {},
  ): Promise<JoinedRoom> {
    const room = this.#held.get(jid) ?? this.#open(jid, how)
    this.#joining.set(room, (this.#joining.get(room) ?? 0) + 1)
    try {
      await room.enter(how.signal)
    } catch (error) {
      const isWanted = room.wasEntered || this.#joining.get(room) !== 1
      if (!isWanted && this.#held.get(jid) === room) await this.leave(jid)
      throw error
    } finally {
      this.#joining.set(room, (this.#joining.get(room) ?? 1) - 1)
    }
    return { jid, nick: room.nick }
  }

  /** Idempotent; nothing of the room is shown any more. Never rejects. */
  async leave(jid: string): Promise<void> {
    const room = this.#held.get(jid)
    this.#letGo(jid)
    await room?.leave()
  }

  list(): JoinedRoom[] {
    return [...this.#held.values()].map(({ jid, nick }) => ({ jid, nick }))
  }

  holds(jid: string): boolean {
    return this.#held.has(jid)
  }

  /** Whether this is one's own JID in a room, be it from this device or another one under the same nickname. */
  isOwn(occupant: string): boolean {
    return this.#held.get(bareJid(occupant))?.occupant === occupant
  }

  /** The room does not seem to know this occupant any more: it is entered again, also before the next message. */
  doubt(jid: string): void {
    const room = this.#held.get(jid)
    if (!room?.isInside) return
    room.doubt()
    this.#enterAgain(room)
  }

  /** Leaves all rooms. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((jid) => this.leave(jid)))
  }

  #open(jid: string, { nick, password }: { nick?: string | undefined; password?: string | undefined }): Room {
    const { session, clock } = this.#needs
    const name = nick ?? session.account.slice(0, session.account.indexOf('@'))
    const room: Room = new Room({
      session,
      clock,
      jid,
      nick: name,
      password,
      onRemoved: ({ forGood }) => {
        if (this.#held.get(jid) !== room) return
        if (forGood) this.#letGo(jid)
        else this.#enterAgain(room)
      },
    })
    this.#held.set(jid, room)
    return room
  }

  #enterAgain(room: Room): void {
    if (this.#needs.session.state !== 'online') return
    this.#stopReturn(room.jid)
    const over = new AbortController()
    this.#returns.set(room.jid, over)
    comeBack(room, this.#needs, over.signal).catch((error: unknown) => {
      if (over.signal.aborted) return
      this.#needs.log('warn', 'a room lets this account in no more', { room: room.jid, error })
      if (this.#held.get(room.jid) === room) this.#letGo(room.jid)
    })
  }

  #letGo(jid: string): void {
    this.#stopReturn(jid)
    this.#held.delete(jid)
  }

  #stopReturn(jid: string): void {
    this.#returns.get(jid)?.abort()
    this.#returns.delete(jid)
  }

  #observe(stanza: XmlElement): void {
    const { from } = stanza.attrs
    if (from !== undefined) this.#held.get(bareJid(from))?.observe(stanza)
  }
}
