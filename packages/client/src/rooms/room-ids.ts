import { KeptEntry } from '../persistence/kept-entry.ts'
import type { AccountStore } from '../persistence/store.ts'

const REMEMBERED = 1_000

interface RoomMessage {
  readonly room: string
  readonly msgId: string
  /** As the room named it (XEP-0359). */
  readonly stanzaId: string
  /** Who wrote it, `<room>/<nickname>`. */
  readonly occupant: string
}

/**
 * What rooms named their messages: in a room everybody answers a message under the room's id (XEP-0461 §3.1), while
 * apps know it by its msgId. The last 1,000 are known, also across runs.
 */
export class RoomIds {
  readonly #messages: RoomMessage[]
  readonly #entry: KeptEntry

  private constructor(store: AccountStore, messages: RoomMessage[]) {
    this.#messages = messages
    this.#entry = new KeptEntry({
      store,
      table: 'seen',
      key: 'rooms',
      value: () => [...messages],
      limit: REMEMBERED,
    })
  }

  static async load(store: AccountStore): Promise<RoomIds> {
    const held = (await store.get('seen', 'rooms')) as RoomMessage[] | undefined
    return new RoomIds(store, held ?? [])
  }

  /** The first of an id stays: whoever uses it again answers for nothing of it. */
  note(message: RoomMessage): void {
    const { room, msgId, stanzaId } = message
    if (this.byMsgId(room, msgId) || this.byStanzaId(room, stanzaId)) return
    this.#messages.push(message)
    this.#messages.splice(0, this.#messages.length - REMEMBERED)
    this.#entry.changed()
  }

  byMsgId(room: string, msgId: string): RoomMessage | undefined {
    return this.#messages.find((known) => known.room === room && known.msgId === msgId)
  }

  byStanzaId(room: string, stanzaId: string): RoomMessage | undefined {
    return this.#messages.find((known) => known.room === room && known.stanzaId === stanzaId)
  }

  /** Makes what was noted durable; calls in the meantime share one write. */
  save(): Promise<void> {
    return this.#entry.save()
  }
}
