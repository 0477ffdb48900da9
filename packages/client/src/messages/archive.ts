import { type ChatMessage, decodeChatMessage, element, NS, type XmlElement } from '@sluice/protocol'
import type { Rooms } from '../rooms/rooms.ts'
import type { Session } from '../session/session.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { forwardedMessage } from './forwarded.ts'
import { type Message, messageOf, msgIdOf } from './message.ts'
import type { RepeatFilter } from './repeat-filter.ts'

const PAGE = 50
const PAGES = 20

/** Finds messages that this store has not seen in the servers' archives (XEP-0313): one's own, then the joined rooms'. */
export class Archive {
  readonly #session: Session
  readonly #rooms: Rooms
  readonly #repeats: RepeatFilter

  constructor(needs: { session: Session; rooms: Rooms; repeats: RepeatFilter }) {
    this.#session = needs.session
    this.#rooms = needs.rooms
    this.#repeats = needs.repeats
  }

  /**
   * The media message of this id, among the last 1,000 messages of each archive; undefined when none has it. Of several
   * the oldest: an id belongs to whom it was seen of first, and nobody can put another file behind it later. Rejects
   * with Unreachable, with a StanzaRefused that may go away, and with the signal's reason.
   */
  async findMedia(msgId: string, signal: AbortSignal): Promise<Message | undefined> {
    const archives = [undefined, ...this.#rooms.list().map(({ jid }) => jid)]
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
      for (const { stanza, storedAt } of results) {
        const chat = decodeChatMessage(stanza)
        if (!chat?.media || msgIdOf(chat) !== msgId) continue
        oldest = { message: this.#shown(chat, room), storedAt }
        break
      }
      if (complete || first === undefined || first === before) break
      before = first
    }
    return oldest
  }

  async #page(room: string | undefined, before: string, signal: AbortSignal): Promise<Page> {
    const queryId = crypto.randomUUID()
    const results: Result[] = []
    const remove = this.#session.stanzas.add((stanza) => {
      const result = this.#resultIn(stanza, { room, queryId })
      if (result) results.push(result)
    })
    try {
      const payload = archiveQuery(queryId, before)
      return { results, ...endOf(await this.#session.request({ type: 'set', to: room, payload, signal })) }
    } catch (error) {
      // No archive, or none for this account.
      if (error instanceof StanzaRefused && !error.retryable) return { results: [], complete: true }
      throw error
    } finally {
      remove()
    }
  }

  /** A result of this query from whom it was asked of. XEP-0313 §7: anyone may send one that looks like it. */
  #resultIn(
    stanza: XmlElement,
    { room, queryId }: { room: string | undefined; queryId: string },
  ): Result | undefined {
    const { from } = stanza.attrs
    const own = from === undefined || from === this.#session.account
    if (!stanza.is('message') || !(room === undefined ? own : from === room)) return undefined
    const result = stanza.getChild('result', NS.archive)
    if (result?.attrs.queryid !== queryId) return undefined
    const storedAt = storedAtOf(result)
    const message = forwardedMessage(result)
    return message && { stanza: message, storedAt }
  }

  #shown(chat: ChatMessage, room: string | undefined): Message {
    const { account } = this.#session
    const known = { from: account, timestamp: 0, isRoom: (bare: string) => this.#rooms.holds(bare) }
    if (room === undefined) return messageOf(chat, known)
    // Another one may have had the nickname then.
    const sent = chat.originId !== undefined && this.#repeats.has({ sender: account, id: chat.originId })
    const own = sent && this.#rooms.isOwn(chat.from ?? '')
    return messageOf({ ...chat, to: room, from: own ? account : chat.from }, known)
  }
}

/** A media message with the date that its archive gives it. */
interface Kept {
  readonly message: Message
  readonly storedAt: number
}

interface Result {
  readonly stanza: XmlElement
  /** Milliseconds since 1970; Infinity when the archive does not say. */
  readonly storedAt: number
}

interface Page {
  readonly results: Result[]
  /** Archive id of the oldest. */
  readonly first?: string | undefined
  readonly complete: boolean
}

function archiveQuery(queryId: string, before: string): XmlElement {
  return element(
    'query',
    { xmlns: NS.archive, queryid: queryId },
    element('set', { xmlns: NS.resultSets }, element('max', {}, String(PAGE)), element('before', {}, before)),
  )
}

function endOf(fin: XmlElement | undefined): Pick<Page, 'first' | 'complete'> {
  const first = fin?.getChild('set', NS.resultSets)?.getChildText('first') ?? undefined
  return { first, complete: fin?.attrs.complete === 'true' }
}

/** By the archive's word (XEP-0313 §4.1.2): the message may hold a date of its sender's making. */
function storedAtOf(result: XmlElement): number {
  const delay = result.getChild('forwarded', NS.forward)?.getChild('delay', NS.delay)
  const stamp = Date.parse(delay?.attrs.stamp ?? '')
  return Number.isNaN(stamp) ? Number.POSITIVE_INFINITY : stamp
}
