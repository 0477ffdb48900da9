import { type ChatMessage, NS, type XmlElement } from '@sluice/protocol'
import type { RoomIds } from '../rooms/room-ids.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Session } from '../session/session.ts'
import { bareJid, msgIdOf } from './message.ts'

interface Needs {
  readonly session: Session
  readonly rooms: Rooms
  readonly roomIds: RoomIds
}

/** A message's way through its room, be it in one attempt or several. */
interface Passage {
  readonly message: ChatMessage
  /** The room has passed it on. */
  hasArrived: boolean
  readonly arrival: Promise<void>
  readonly onArrival: () => void
  /** The room did not accept it, and is entered again before the next attempt. */
  wasUnaccepted: boolean
}

/**
 * Messages on their way through rooms. An echo may come while none is sent: a room that is entered again with the line
 * repeats what went out before the line was lost.
 */
export class Passages {
  readonly #needs: Needs
  readonly #open = new Map<string, Passage>()

  constructor(needs: Needs) {
    this.#needs = needs
    needs.session.stanzas.add((stanza) => this.#observe(stanza))
  }

  /** The one of the message's earlier attempts, or a new one. */
  of(message: ChatMessage): Passage {
    const passage = this.#open.get(keyOf(message)) ?? this.#begin(message)
    this.#open.set(keyOf(message), passage)
    return passage
  }

  /** There are no more attempts. */
  end(message: ChatMessage): void {
    this.#open.delete(keyOf(message))
  }

  /** Whether the room passed a message on in an earlier run of the app; only rooms with an archive name their messages. */
  wasPassedOnEarlier(message: ChatMessage): boolean {
    const { rooms, roomIds } = this.#needs
    const known = roomIds.byMsgId(message.to, msgIdOf(message))
    return known !== undefined && rooms.isOwn(known.occupant)
  }

  #begin(message: ChatMessage): Passage {
    let onArrival = () => {}
    const arrival = new Promise<void>((resolve) => {
      onArrival = resolve
    })
    return { message, hasArrived: false, arrival, onArrival, wasUnaccepted: false }
  }

  #observe(stanza: XmlElement): void {
    const { from = '' } = stanza.attrs
    if (!this.#needs.rooms.isOwn(from)) return
    for (const passage of this.#open.values()) {
      if (passage.message.to !== bareJid(from) || !isEchoOf(stanza, passage.message)) continue
      passage.hasArrived = true
      passage.onArrival()
    }
  }
}

function keyOf(message: ChatMessage): string {
  return `${message.to} ${msgIdOf(message)}`
}

function isEchoOf(stanza: XmlElement, message: ChatMessage): boolean {
  if (!stanza.is('message') || stanza.attrs.type !== 'groupchat') return false
  return (
    stanza.getChild('origin-id', NS.stanzaId)?.attrs.id === msgIdOf(message) || stanza.attrs.id === message.id
  )
}
