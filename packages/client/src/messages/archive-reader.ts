import { encodeArchiveQuery, NS, type XmlElement } from '@sluice/protocol'
import { randomId } from '../random-id.ts'
import type { Session } from '../session/session.ts'
import { forwardedMessage } from './forwarded.ts'

/** A message as an archive keeps it. */
export interface Archived {
  /** The archive's id of it. */
  readonly id: string
  readonly stanza: XmlElement
  /** Milliseconds since 1970, by the archive's word (XEP-0313 §4.1.2); undefined when it does not say. */
  readonly storedAt: number | undefined
}

export interface ArchivePage {
  /** Oldest first. */
  readonly results: readonly Archived[]
  /** Archive id of the oldest; absent on an empty page. */
  readonly first?: string | undefined
  /** There is nothing older. */
  readonly complete: boolean
}

/** Reads the servers' archives (XEP-0313), a page at a time and backwards. */
export class ArchiveReader {
  readonly #session: Session

  constructor({ session }: { session: Session }) {
    this.#session = session
  }

  /**
   * One page of a room's archive, or of the account's own, if wanted of one conversation. `before` is an archive id;
   * empty: the newest page. Rejects with Unreachable, StanzaRefused, or the signal's reason.
   */
  async page(
    query: { room?: string | undefined; with?: string | undefined; before: string; max: number },
    signal: AbortSignal,
  ): Promise<ArchivePage> {
    const { room } = query
    const queryId = randomId()
    const results: Archived[] = []
    const remove = this.#session.stanzas.add((stanza) => {
      const result = this.#resultIn(stanza, { room, queryId })
      if (result) results.push(result)
    })
    try {
      const payload = encodeArchiveQuery({ ...query, queryId })
      return { results, ...endOf(await this.#session.request({ type: 'set', to: room, payload, signal })) }
    } finally {
      remove()
    }
  }

  /** A result of this query from whom it was asked of. XEP-0313 §7: anyone may send one that looks like it. */
  #resultIn(
    stanza: XmlElement,
    { room, queryId }: { room: string | undefined; queryId: string },
  ): Archived | undefined {
    const { from } = stanza.attrs
    const own = from === undefined || from === this.#session.account
    if (!stanza.is('message') || !(room === undefined ? own : from === room)) return undefined
    const result = stanza.getChild('result', NS.archive)
    if (result?.attrs.queryid !== queryId) return undefined
    const storedAt = storedAtOf(result)
    const message = forwardedMessage(result)
    return message && { id: result.attrs.id ?? '', stanza: message, storedAt }
  }
}

function endOf(fin: XmlElement | undefined): Pick<ArchivePage, 'first' | 'complete'> {
  const first = fin?.getChild('set', NS.resultSets)?.getChildText('first') ?? undefined
  return { first, complete: fin?.attrs.complete === 'true' }
}

/** Not the message's own date, which may be of its sender's making. */
function storedAtOf(result: XmlElement): number | undefined {
  const delay = result.getChild('forwarded', NS.forward)?.getChild('delay', NS.delay)
  const stamp = Date.parse(delay?.attrs.stamp ?? '')
  return Number.isNaN(stamp) ? undefined : stamp
}
