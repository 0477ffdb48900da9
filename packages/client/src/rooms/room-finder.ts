import { element, NS, type XmlElement } from '@sluice/protocol'
import type { Session } from '../session/session.ts'
import { isOutOfReach, StanzaRefused } from '../session/stanza-refused.ts'
import { Unreachable } from '../unreachable.ts'

/** Tells rooms from people by disco (XEP-0045 §6.4), each until there is an answer. */
export class RoomFinder {
  readonly #session: Session
  readonly #known = new Map<string, boolean>()

  constructor({ session }: { session: Session }) {
    this.#session = session
  }

  /** `jid` is bare. Rejects with Unreachable, a StanzaRefused that may go away, or the signal's reason. */
  async isRoom(jid: string, signal: AbortSignal): Promise<boolean> {
    const domain = jid.slice(jid.indexOf('@') + 1)
    // A server's own domain holds its accounts.
    if (domain === this.#session.domain) return false
    const known = this.#known.get(jid)
    if (known !== undefined) return known
    const isRoom = (await this.#isConference(jid, signal)) ?? (await this.#isConference(domain, signal))
    // A service that is restarted may be silent for a while.
    if (isRoom !== undefined) this.#known.set(jid, isRoom)
    return isRoom ?? false
  }

  /** Undefined when it does not say: a person who is not to be asked, or a room that nobody has opened yet. */
  async #isConference(jid: string, signal: AbortSignal): Promise<boolean | undefined> {
    try {
      const payload = element('query', { xmlns: NS.discoInfo })
      const info = await this.#session.request({ type: 'get', to: jid, payload, signal })
      return info?.getChildren('identity').some(isTextConference) ?? false
    } catch (error) {
      if (!(error instanceof StanzaRefused) || error.retryable) throw error
      if (isOutOfReach(error)) throw new Unreachable('The service cannot be reached now', { cause: error })
      return undefined
    }
  }
}

function isTextConference({ attrs: { category, type } }: XmlElement): boolean {
  return category === 'conference' && type === 'text'
}
