import { element, NS } from '@sluice/protocol'
import type { Session } from '../session/session.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'

/** Tells by disco who has an archive (XEP-0313 §4), each until there is an answer. */
export class ArchiveFinder {
  readonly #session: Session
  readonly #known = new Map<string, boolean>()

  constructor({ session }: { session: Session }) {
    this.#session = session
  }

  /** Whether this room, or the own account, has one; false as well while nobody can tell. Never rejects. */
  async isThere(room: string | undefined): Promise<boolean> {
    const jid = room ?? this.#session.account
    const known = this.#known.get(jid)
    if (known !== undefined) return known
    try {
      const payload = element('query', { xmlns: NS.discoInfo })
      const info = await this.#session.request({ type: 'get', to: jid, payload })
      const found = info?.getChildren('feature').some(({ attrs }) => attrs.var === NS.archive) ?? false
      this.#known.set(jid, found)
      return found
    } catch (error) {
      if (error instanceof StanzaRefused && !error.retryable) this.#known.set(jid, false)
      return false
    }
  }
}
