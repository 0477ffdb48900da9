import { element, type XmlElement } from '@sluice/protocol'
import type { Credentials } from '../../messaging/credentials.ts'
import type { LogInByToken } from '../../messaging/log-in-by-token.ts'
import type { Logger } from '../../transfer/logger.ts'
import { XMPP } from '../xmpp-namespaces.ts'
import { OAuthBearerExchange } from './oauth-bearer-exchange.ts'
import { PlainExchange } from './plain-exchange.ts'
import { failure, type SaslExchange, type SaslStep } from './sasl-exchange.ts'
import { ScramExchange } from './scram-exchange.ts'

interface Needs {
  credentials: Credentials
  /** Undefined where nobody logs in by token. */
  logInByToken?: LogInByToken | undefined
  logger: Logger
  /** Whether a password or a token may travel as it is: nobody between the client and us can listen. */
  plainAllowed: boolean
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The negotiation of RFC 6120 §6: `<auth/>`, challenges and responses, until a success or a failure. */
export class SaslLogin {
  readonly #needs: Needs
  readonly #mechanisms: ReadonlyMap<string, () => SaslExchange>
  #exchange: SaslExchange | undefined

  constructor(needs: Needs) {
    const { credentials, logInByToken, plainAllowed } = needs
    this.#needs = needs
    // In the order of preference.
    this.#mechanisms = new Map<string, () => SaslExchange>([
      ['SCRAM-SHA-256', () => new ScramExchange({ hash: 'sha256', credentials })],
      ['SCRAM-SHA-1', () => new ScramExchange({ hash: 'sha1', credentials })],
      ...(plainAllowed && logInByToken
        ? ([['OAUTHBEARER', () => new OAuthBearerExchange({ logInByToken })]] as const)
        : []),
      ...(plainAllowed ? ([['PLAIN', () => new PlainExchange({ credentials })]] as const) : []),
    ])
  }

  feature(): XmlElement {
    const mechanisms = [...this.#mechanisms.keys()].map((name) => element('mechanism', {}, name))
    return element('mechanisms', { xmlns: XMPP.sasl }, ...mechanisms)
  }

  /** Takes `<auth/>`, `<response/>` or `<abort/>`; never throws. */
  async receive(received: XmlElement): Promise<{ answer: XmlElement; outcome: SaslStep }> {
    const outcome = await this.#step(received).catch((error: unknown) => {
      this.#needs.logger.error({ err: error }, 'a login could not be checked')
      return failure('temporary-auth-failure')
    })
    if (outcome.type !== 'challenge') this.#exchange = undefined
    return { answer: encodeStep(outcome), outcome }
  }

  async #step(received: XmlElement): Promise<SaslStep> {
    if (received.is('abort')) return failure('aborted')
    const text = received.getText()
    if (received.is('auth')) {
      const mechanism = received.attrs.mechanism ?? ''
      const begin = this.#mechanisms.get(mechanism)
      if (!begin) return failure(this.#needsTls(mechanism) ? 'encryption-required' : 'invalid-mechanism')
      this.#exchange = begin()
      // RFC 6120 §6.4.2: all of them begin with the client, so without its initial response it is asked for one.
      if (text === '') return { type: 'challenge', data: '' }
    }
    if (!this.#exchange || !(received.is('auth') || received.is('response')))
      return failure('malformed-request')
    const message = decode(text)
    return message === undefined ? failure('incorrect-encoding') : this.#exchange.step(message)
  }

  #needsTls(mechanism: string): boolean {
    return mechanism === 'PLAIN' || (mechanism === 'OAUTHBEARER' && this.#needs.logInByToken !== undefined)
  }
}

// RFC 6120 §6.4.2: a single `=` is an empty message.
function decode(text: string): string | undefined {
  if (text === '=') return ''
  if (!BASE64.test(text)) return undefined
  try {
    return utf8.decode(Buffer.from(text, 'base64'))
  } catch {
    return undefined
  }
}

function encodeStep(step: SaslStep): XmlElement {
  if (step.type === 'failure') return element('failure', { xmlns: XMPP.sasl }, element(step.condition))
  const text = step.data === undefined ? '' : Buffer.from(step.data).toString('base64')
  return element(step.type, { xmlns: XMPP.sasl }, ...(text === '' ? [] : [text]))
}
