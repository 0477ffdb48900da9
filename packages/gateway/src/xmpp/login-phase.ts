import { element, NS, type XmlElement } from '@sluice/protocol'
import { StanzaFailure } from '../messaging/stanza-failure.ts'
import type { Logger } from '../transfer/logger.ts'
import { checkedRequest } from './iq/iq-table.ts'
import type { Registration } from './iq/registration.ts'
import type { SaslLogin } from './sasl/sasl-login.ts'
import { errorOf, isRefused, resultOf } from './stanza-answers.ts'
import { StreamError } from './stream-error.ts'
import type { PhaseStream, StreamPhase } from './stream-phase.ts'
import { STRANGER_XML } from './xml-reader.ts'
import { XMPP } from './xmpp-namespaces.ts'

interface Needs {
  stream: PhaseStream
  sasl: SaslLogin
  /** Undefined where registration is closed. */
  registration: Registration | undefined
  domain: string
  logger: Logger
  /** The client has proved to be this bare JID, with what is good until `endsAt`. */
  next: (jid: string, endsAt: Date | undefined) => StreamPhase
}

/** Failed logins and registrations that one connection may try. */
const MAX_ATTEMPTS = 5

/** A stranger: may log in or, where that is open, register. */
export class LoginPhase implements StreamPhase {
  readonly limits = STRANGER_XML
  readonly #needs: Needs
  #attempts = 0

  constructor(needs: Needs) {
    this.#needs = needs
  }

  features(): XmlElement[] {
    const { registration, sasl } = this.#needs
    return [sasl.feature(), ...(registration ? [element('register', { xmlns: XMPP.registerFeature })] : [])]
  }

  async receive(received: XmlElement): Promise<void> {
    if (received.getNS() === XMPP.sasl) return this.#login(received)
    const query = received.is('iq', NS.client) ? received.getChild('query', XMPP.register) : undefined
    if (!query || !this.#needs.registration) throw new StreamError('not-authorized', 'log in first')
    await this.#register(received, this.#needs.registration)
  }

  ended(): void {}

  async #login(received: XmlElement): Promise<void> {
    const { next, sasl, stream } = this.#needs
    const { answer, outcome } = await sasl.receive(received)
    stream.send(answer)
    if (outcome.type === 'success') stream.enter(next(outcome.jid, outcome.endsAt), 'after-restart')
    if (outcome.type === 'failure') this.#countAttempt()
  }

  async #register(iq: XmlElement, registration: Registration): Promise<void> {
    const { domain, logger, stream } = this.#needs
    // RFC 6120 §8.1.2.1: a stranger has no address, whatever the stanza says.
    delete iq.attrs.from
    iq.attrs.to ??= domain
    try {
      if (iq.attrs.to !== domain) throw new StanzaFailure('not-allowed')
      const { payload, type } = checkedRequest(iq, { full: '', bare: '' })
      if (type === 'get') {
        stream.send(resultOf(iq, registration.form()))
        return
      }
      await registration.register(payload)
      stream.send(resultOf(iq))
      logger.info({}, 'an account was registered in-band')
      this.#countAttempt()
    } catch (error) {
      if (!isRefused(error)) throw error
      const answer = errorOf(iq, error)
      if (answer) stream.send(answer)
      this.#countAttempt()
    }
  }

  #countAttempt(): void {
    this.#attempts += 1
    if (this.#attempts >= MAX_ATTEMPTS) throw new StreamError('policy-violation', 'too many attempts')
  }
}
