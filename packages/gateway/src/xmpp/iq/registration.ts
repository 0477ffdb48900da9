import { element, Refusal, type XmlElement } from '@sluice/protocol'
import type { Accounts } from '../../messaging/accounts.ts'
import { StanzaFailure } from '../../messaging/stanza-failure.ts'
import { XMPP } from '../xmpp-namespaces.ts'
import type { IqRequest } from './iq-request.ts'

/** In-band registration (XEP-0077), for servers that take anybody. */
export class Registration {
  readonly #accounts: Accounts

  constructor({ accounts }: { accounts: Accounts }) {
    this.#accounts = accounts
  }

  /** The fields to fill in, or, for who has an account, its name (§3.1.1). */
  form(bareJid?: string): XmlElement {
    const name = bareJid?.split('@', 1)[0]
    return element(
      'query',
      { xmlns: XMPP.register },
      name === undefined
        ? element('instructions', {}, 'Choose a username and a password.')
        : element('registered'),
      element('username', {}, name),
      element('password'),
    )
  }

  /** A stranger registers (§3.1.1), but not under the name of somebody who was here before. Throws StanzaFailure. */
  async register(query: XmlElement): Promise<void> {
    const { outcome } = await this.#withFields(query, (fields) => this.#accounts.add(fields))
    if (outcome !== 'created') throw new StanzaFailure('conflict')
  }

  /** A member removes the own account or changes its password (§3.2, §3.3). Throws StanzaFailure. */
  async change({ from, payload }: IqRequest): Promise<undefined> {
    if (payload.getChild('remove', XMPP.register)) {
      if (payload.getChildElements().length > 1) throw new StanzaFailure('bad-request', { type: 'modify' })
      await this.#accounts.remove(from.bare)
      return
    }
    await this.#withFields(payload, async (fields) => {
      if (this.#accounts.jidOf(fields.name) !== from.bare) throw new StanzaFailure('not-allowed')
      if (!(await this.#accounts.changePassword(fields))) throw new StanzaFailure('item-not-found')
    })
  }

  /** A name or a password that cannot be one is `not-acceptable` (§3.1.1), and the text says why. */
  async #withFields<T>(
    query: XmlElement,
    use: (fields: { name: string; password: string }) => Promise<T>,
  ): Promise<T> {
    const name = query.getChildText('username', XMPP.register) ?? ''
    const password = query.getChildText('password', XMPP.register) ?? ''
    try {
      return await use({ name, password })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      throw new StanzaFailure('not-acceptable', { type: 'modify', text: error.message })
    }
  }
}
