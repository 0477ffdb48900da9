import { type ChatMessage, decodeChatMessage, element, NS, type XmlElement } from '@sluice/protocol'
import type { Rooms } from '../rooms/rooms.ts'
import type { Session } from '../session/session.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { forwardedMessage } from './forwarded.ts'
import { type Message, messageOf } from './message.ts'
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
   * The media message of this id, among the last 1,000 messages of each archive; undefined when none has it. Rejects
   * with Unreachable, with a StanzaRefused that may go away, and with the signal's reason.
   */
  async findMedia(msgId: string, signal: AbortSignal): Promise<Message | undefined> {
    const archives = [undefined, ...this.#rooms.list().map(({ jid }) => jid)]
    for (const room of archives) {
      const found = await this.#search(room, msgId, signal)
      if (found) return found
    }
    return undefined
  }

  /** Backwards, since what is asked for is mostly new. */
  async #search(room: string | undefined, msgId: string, signal: AbortSignal): Promise<Message | undefined> {
    let before = ''
    for (let page = 0; page < PAGES; page++) {
      const { messages, first, complete } = await this.#page(room, before, signal)
      // The oldest of a page: an id belongs to whom it was seen of first.
      const found = messages.map(decodeChatMessage).find((chat) => chat?.media && idOf(chat) === msgId)
      if (found) return this.#shown(found, room)
      if (complete || first === undefined || first === before) return undefined
      before = first
    }
    return undefined
  }

  async #page(room: string | undefined, before: string, signal: AbortSignal): Promise<Page> {
    const queryId = crypto.randomUUID()
    const messages: XmlElement[] = []
    const remove = this.#session.stanzas.add((stanza) => {
      const message = this.#resultIn(stanza, { room, queryId })
      if (message) messages.push(message)
    })
    try {
      const payload = archiveQuery(queryId, before)
      return { messages, ...endOf(await this.#session.request({ type: 'set', to: room, payload, signal })) }
    } catch (error) {
      // No archive, or none for this account.
      if (error instanceof StanzaRefused && !error.retryable) return { messages: [], complete: true }
      throw error
    } finally {
      remove()
    }
  }

  /** A result of this query from whom it was asked of. XEP-0313 §7: anyone may send one that looks like it. */
  #resultIn(
    stanza: XmlElement,
    { room, queryId }: { room: string | undefined; queryId: string },
  ): XmlElement | undefined {
    const { from } = stanza.attrs
    const own = from === undefined || from === this.#session.account
    if (!stanza.is('message') || !(room === undefined ? own : from === room)) return undefined
    const result = stanza.getChild('result', NS.archive)
    return result?.attrs.queryid === queryId ? forwardedMessage(result) : undefined
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

interface Page {
  readonly messages: XmlElement[]
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

function idOf({ originId, id }: ChatMessage): string {
  return originId ?? id
}
