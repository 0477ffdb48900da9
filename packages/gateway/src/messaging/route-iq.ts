import { type Jid, prepareJid, type XmlElement } from '@sluice/protocol'
import type { Sessions } from './sessions.ts'
import { StanzaFailure } from './stanza-failure.ts'

/** Brings an iq from one device to another (RFC 6121 §8.5.3). */
export class RouteIq {
  readonly #needs: { domain: string; sessions: Sessions }

  constructor(needs: { domain: string; sessions: Sessions }) {
    this.#needs = needs
  }

  /**
   * Takes an iq whose `from` the server has stamped. One to a bare JID is the server's to answer, and it keeps
   * silent about others' accounts. Throws StanzaFailure for a request; a late answer is dropped.
   */
  run(iq: XmlElement): void {
    const to = prepareJid(iq.attrs.to ?? '')
    iq.attrs.to = to.full
    if (this.#sessionOf(to)?.deliver(iq.toString())) return
    if (iq.attrs.type !== 'get' && iq.attrs.type !== 'set') return
    throw new StanzaFailure(
      to.domain === this.#needs.domain ? 'service-unavailable' : 'remote-server-not-found',
    )
  }

  #sessionOf(to: Jid) {
    return to.resource === undefined ? undefined : this.#needs.sessions.find(to.full)
  }
}
