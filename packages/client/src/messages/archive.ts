import { decodeChatMessage } from '@sluice/protocol'
import type { Rooms } from '../rooms/rooms.ts'
import type { Session } from '../session/session.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { type ArchivePage, ArchiveReader } from './archive-reader.ts'
import { archivedMessage } from './archived-message.ts'
import { type Message, msgIdOf } from './message.ts'
import type { RepeatFilter } from './repeat-filter.ts'

const PAGE = 50
const PAGES = 20

interface Needs {
  readonly session: Session
  readonly rooms: Rooms
  readonly repeats: RepeatFilter
}

/** Finds messages that this store has not seen in the servers' archives (XEP-0313): one's own, then the joined rooms'. */
export class Archive {
  readonly #needs: Needs
  readonly #reader: ArchiveReader

  constructor(needs: Needs) {
    this.#needs = needs
    this.#reader = new ArchiveReader(needs)
  }

  /**
   * The media message of this id, among the last 1,000 messages of each archive; undefined when none has it. Of several
   * the oldest: an id belongs to whom it was seen of first, and nobody can put another file behind it later. Rejects
   * with Unreachable, with a StanzaRefused that may go away, and with the signal's reason.
   */
  async findMedia(msgId: string, signal: AbortSignal): Promise<Message | undefined> {
    const archives = [undefined, ...this.#needs.rooms.list().map(({ jid }) => jid)]
    let oldest: Kept | undefined
    for (const room of archives) {
      const found = await this.#search(room, msgId, signal)
      if (found && (!oldest || found.storedAt < oldest.storedAt)) oldest = found
    }
    return oldest?.message
  }

  /** The oldest match of one archive, whose order is its own. */
  async #search(room: string | undefined, msgId: string, signal: AbortSignal): Promise<Kept | undefined> {
    let before = ''
    let oldest: Kept | undefined
    for (let page = 0; page < PAGES; page++) {
      const { results, first, complete } = await this.#page(room, before, signal)
      for (const { stanza, storedAt = Number.POSITIVE_INFINITY } of results) {
        const chat = decodeChatMessage(stanza)
        if (!chat?.media || msgIdOf(chat) !== msgId) continue
        oldest = { message: archivedMessage(chat, { ...this.#needs, room }), storedAt }
        break
      }
      if (complete || first === undefined || first === before) break
      before = first
    }
    return oldest
  }

  async #page(room: string | undefined, before: string, signal: AbortSignal): Promise<ArchivePage> {
    try {
      return await this.#reader.page({ room, before, max: PAGE }, signal)
    } catch (error) {
      // No archive, or none for this account.
      if (error instanceof StanzaRefused && !error.retryable) return { results: [], complete: true }
      throw error
    }
  }
}

/** A media message with the date that its archive gives it. */
interface Kept {
  readonly message: Message
  readonly storedAt: number
}
