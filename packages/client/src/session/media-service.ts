import { element, NS } from '@sluice/protocol'
import { Unreachable } from '../unreachable.ts'
import type { Session } from './session.ts'
import { StanzaRefused } from './stanza-refused.ts'

/** Finds the JID of the media service among the items of the server (XEP-0030), and remembers it. */
export class MediaService {
  readonly #session: Session
  #found: string | undefined

  constructor({ session }: { session: Session }) {
    this.#session = session
  }

  /** The JID if it is known already. */
  get known(): string | undefined {
    return this.#found
  }

  /** Rejects with Unreachable, or with StanzaRefused (`feature-not-implemented`) when there is no such service. */
  async jid(signal?: AbortSignal): Promise<string> {
    this.#found ??= await this.#discover(signal)
    return this.#found
  }

  async #discover(signal: AbortSignal | undefined): Promise<string> {
    const items = await this.#session.request({
      type: 'get',
      to: this.#session.domain,
      payload: element('query', { xmlns: NS.discoItems }),
      signal,
    })
    const jids = items?.getChildren('item').flatMap(({ attrs }) => attrs.jid ?? []) ?? []
    // The usual name first; one's own domain last, for a server that has the service built in.
    const likely = (jid: string) => (jid.startsWith('media.') ? 0 : 1)
    const candidates = [...jids.toSorted((a, b) => likely(a) - likely(b)), this.#session.domain]
    let silent: unknown
    for (const jid of candidates) {
      try {
        if (await this.#offersMedia(jid, signal)) return jid
      } catch (error) {
        signal?.throwIfAborted()
        if (error instanceof Unreachable) silent = error
        else if (error instanceof StanzaRefused && error.retryable) silent = error
      }
    }
    if (silent) throw new Unreachable('The media service does not answer', { cause: silent })
    throw new StanzaRefused({
      condition: 'feature-not-implemented',
      type: 'cancel',
      text: 'This server has no media service',
      details: {},
    })
  }

  async #offersMedia(jid: string, signal: AbortSignal | undefined): Promise<boolean> {
    const info = await this.#session.request({
      type: 'get',
      to: jid,
      payload: element('query', { xmlns: NS.discoInfo }),
      signal,
    })
    return info?.getChildren('feature').some(({ attrs }) => attrs.var === NS.media) ?? false
  }
}
