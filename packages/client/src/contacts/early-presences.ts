import type { XmlElement } from '@sluice/protocol'
import type { Session } from '../session/session.ts'

const REMEMBERED = 1_000

/**
 * Who is there and who asks for our presence: servers say it once for each stream, so it is held for whoever wants to
 * know later.
 */
export class EarlyPresences {
  /** The latest of each device that is online, and the requests of people. */
  readonly #held = new Map<string, XmlElement>()
  #taker: ((presence: XmlElement) => void) | undefined

  constructor({ session }: { session: Session }) {
    session.states.add((state) => {
      if (state !== 'online') this.#held.clear()
    })
    session.stanzas.add((stanza) => {
      if (!stanza.is('presence')) return
      if (this.#taker) this.#taker(stanza)
      else this.#hold(stanza)
    })
  }

  /** Gives what is held and whatever comes from now on. */
  handTo(taker: (presence: XmlElement) => void): void {
    this.#taker = taker
    for (const presence of this.#held.values()) taker(presence)
    this.#held.clear()
  }

  #hold(presence: XmlElement): void {
    const { from = '', type = '' } = presence.attrs
    const isRequest = type.endsWith('subscribe')
    const key = isRequest ? `?${from}` : from
    this.#held.delete(key)
    if ((type === '' || type === 'subscribe') && this.#held.size < REMEMBERED) this.#held.set(key, presence)
  }
}
