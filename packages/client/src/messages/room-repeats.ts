import type { ChatMessage } from '@sluice/protocol'

const REMEMBERED = 20

/**
 * Tells what a room repeats from what is new, for messages without an id that lasts: by occupant, stanza id and text.
 * Knows the last 20 of each room, in this run: a new one asks for no history.
 */
export class RoomRepeats {
  readonly #seen = new Map<string, string[]>()

  /** Whether this is a delayed copy of what was shown. What has no id at all never is: people say the same twice. */
  isRepeat(room: string, { id, from, text, media, delayedSince }: ChatMessage): boolean {
    if (id === '') return false
    const key = JSON.stringify([from, id, text, media?.url])
    const seen = this.#seen.get(room) ?? []
    const isKnown = seen.includes(key)
    if (delayedSince && isKnown) return true
    if (!isKnown) this.#seen.set(room, [...seen, key].slice(-REMEMBERED))
    return false
  }
}
