import { element, NS } from '@sluice/protocol'
import { Unreachable } from '../unreachable.ts'
import { isTemporary } from './is-temporary.ts'
import type { Session } from './session.ts'
import { StanzaRefused } from './stanza-refused.ts'

interface Needs {
  readonly session: Session
  /** The JID of an earlier run. */
  readonly remembered?: string | undefined
  /** Told a JID that is not the remembered one. */
  readonly onFound?: ((jid: string) => void) | undefined
  /** The app's own word: nobody is asked. */
  readonly given?: string | undefined
}

/**
 * Finds the JID of the media service among the items of the server (XEP-0030), and remembers it. Its own feature
 * tells it from other upload services of the server.
 */
export class MediaService {
  readonly #needs: Needs
  #known: string | undefined
  #found: string | undefined

  constructor(needs: Needs) {
    this.#needs = needs
    this.#known = needs.given ?? needs.remembered
    this.#found = needs.given
  }

  /** The JID as it was last known. */
  get known(): string | undefined {
    return this.#known
  }

  /** Rejects with Unreachable, or with StanzaRefused (`feature-not-implemented`) when there is no such service. */
  async jid(signal?: AbortSignal): Promise<string> {
    this.#found ??= await this.#discover(signal)
    if (this.#found !== this.#known) this.#needs.onFound?.(this.#found)
    this.#known = this.#found
    return this.#found
  }

  /** It was not where it was found: the next one who asks has it searched for. */
  lookAgain(): void {
    this.#found = this.#needs.given
  }

  async #discover(signal: AbortSignal | undefined): Promise<string> {
    const { session } = this.#needs
    const items = await session.request({
      type: 'get',
      to: session.domain,
      payload: element('query', { xmlns: NS.discoItems }),
      signal,
    })
    const listed = items?.getChildren('item').flatMap(({ attrs }) => attrs.jid ?? []) ?? []
    // The usual name first, and also when it is not listed: ejabberd lists no component that is away. One's own
    // domain last, for a server that has the service built in.
    const usual = `media.${session.domain}`
    const likely = (jid: string) => (jid.startsWith('media.') ? 0 : 1)
    const known = this.#known === undefined ? [] : [this.#known]
    const sorted = listed.toSorted((a, b) => likely(a) - likely(b))
    let silent: unknown
    for (const jid of new Set([...known, ...sorted, usual, session.domain])) {
      try {
        // A guess is asked once.
        if (await this.#offersMedia(jid, signal, listed.includes(jid) ? undefined : 1)) return jid
      } catch (error) {
        signal?.throwIfAborted()
        // `service-unavailable` is no sign of it here: any item of the server may say so.
        if (isTemporary(error)) silent = error
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

  async #offersMedia(
    jid: string,
    signal: AbortSignal | undefined,
    attempts: number | undefined,
  ): Promise<boolean> {
    const payload = element('query', { xmlns: NS.discoInfo })
    const info = await this.#needs.session.request({ type: 'get', to: jid, payload, signal, attempts })
    return info?.getChildren('feature').some(({ attrs }) => attrs.var === NS.media) ?? false
  }
}
