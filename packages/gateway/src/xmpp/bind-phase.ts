import { randomUUID } from 'node:crypto'
import { element, NS, prepareJid, Refusal, type XmlElement } from '@sluice/protocol'
import type { Accounts } from '../messaging/accounts.ts'
import type { Sessions } from '../messaging/sessions.ts'
import { StanzaFailure } from '../messaging/stanza-failure.ts'
import { checkedRequest } from './iq/iq-table.ts'
import type { SessionPhase } from './session-phase.ts'
import { errorOf, isRefused, resultOf } from './stanza-answers.ts'
import { StreamError } from './stream-error.ts'
import type { PhaseStream, StreamPhase } from './stream-phase.ts'
import { MEMBER_XML } from './xml-reader.ts'
import { XMPP } from './xmpp-namespaces.ts'

interface Needs {
  stream: PhaseStream
  /** Bare JID that has logged in. */
  jid: string
  sessions: Sessions
  accounts: Pick<Accounts, 'exists'>
  next: (address: { full: string; bare: string }) => SessionPhase
}

/** Devices of one account at one node. */
const MAX_SESSIONS = 32

/** A member without an address yet: binds a resource (RFC 6120 §7). */
export class BindPhase implements StreamPhase {
  readonly limits = MEMBER_XML
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  features(): XmlElement[] {
    return [
      element('bind', { xmlns: XMPP.bind }),
      element('session', { xmlns: XMPP.session }, element('optional')),
    ]
  }

  async receive(received: XmlElement): Promise<void> {
    const bind = received.is('iq', NS.client) ? received.getChild('bind', XMPP.bind) : undefined
    if (!bind) throw new StreamError('not-authorized', 'bind a resource first')
    try {
      await this.#bind(received)
    } catch (error) {
      if (!isRefused(error)) throw error
      const answer = errorOf(received, error)
      if (answer) this.#needs.stream.send(answer)
    }
  }

  ended(): void {}

  async #bind(iq: XmlElement): Promise<void> {
    const { accounts, jid: bare, next, sessions, stream } = this.#needs
    const { payload, type } = checkedRequest(iq, { full: bare, bare })
    if (type !== 'set') throw new StanzaFailure('bad-request', { type: 'modify' })
    const resource = payload.getChildText('resource', XMPP.bind)?.trim() || randomUUID()
    const full = fullJid(bare, resource)
    if (sessions.of(bare).length >= MAX_SESSIONS && !sessions.find(full)) {
      throw new StanzaFailure('resource-constraint', { type: 'wait' })
    }
    const session = next({ full, bare })
    sessions.add(session)
    stream.enter(session, 'at-once')
    // The answer has no `to`: until it arrives the client does not know its address.
    delete iq.attrs.from
    stream.send(resultOf(iq, element('bind', { xmlns: XMPP.bind }, element('jid', {}, full))))
    // Not before: a removal from now on finds the session, here or by its signal, and one before now is seen. Nothing
    // that the client sends is looked at until it is known.
    if (!(await accounts.exists(bare))) throw new StreamError('not-authorized')
  }
}

function fullJid(bare: string, resource: string): string {
  try {
    return prepareJid(`${bare}/${resource}`).full
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new StanzaFailure('bad-request', { type: 'modify', text: error.message })
  }
}
