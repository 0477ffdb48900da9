import { element, type XmlElement } from '@sluice/protocol'
import { ConnectError, type Credentials, type Login } from './connection.ts'
import { OAuthBearer } from './oauth-bearer.ts'
import { Plain } from './plain.ts'
import { Scram } from './scram.ts'
import type { XmppStream } from './xmpp-stream.ts'

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'

/** A SASL mechanism that speaks first. Texts are strings of one byte per character, as in base64. */
export interface SaslMechanism {
  readonly name: string
  /** The next message of the client. Rejects when the server's message is not a right one. */
  response(credentials: Credentials): string | Promise<string>
  challenge(text: string): void
  /** Whether the server's last word proves that it knows the account, where the mechanism has that. */
  proves?(text: string): boolean
}

/** The stronger first. A token goes as the password of PLAIN where there is nothing else, and never into a proof. */
function mechanismsFor({ byToken }: Login, domain: string): SaslMechanism[] {
  const own = byToken ? [new OAuthBearer(domain)] : [new Scram('SCRAM-SHA-256'), new Scram('SCRAM-SHA-1')]
  return [...own, new Plain()]
}

/**
 * Authenticates by the strongest of the mechanisms offered (RFC 6120 §6), and restarts the stream. Rejects with
 * ConnectError.
 */
export async function logIn(
  stream: XmppStream,
  { credentials, domain, offered }: { credentials: Login; domain: string; offered: XmlElement },
): Promise<void> {
  const mechanism = chooseMechanism(mechanismsFor(credentials, domain), offered, stream.isSecure())
  await new Promise<void>((resolve, reject) => {
    const answer = async (name: 'auth' | 'response') => {
      const text = btoa(await mechanism.response(credentials))
      const attrs = name === 'auth' ? { xmlns: SASL, mechanism: mechanism.name } : { xmlns: SASL }
      await stream.send(element(name, attrs, text))
    }
    const hear = async (nonza: XmlElement) => {
      if (nonza.getNS() !== SASL) return
      if (nonza.is('failure')) throw failureOf(nonza, credentials.byToken ? 'token' : 'user or the password')
      const text = atob(nonza.getText())
      if (nonza.is('challenge')) {
        mechanism.challenge(text)
        await answer('response')
      } else if (mechanism.proves?.(text) ?? true) resolve()
      else throw new ConnectError('not-authorized', 'The server does not know the account')
    }
    stream.on('nonza', (nonza) => void hear(nonza).catch(reject))
    answer('auth').catch(reject)
  })
  await stream.restart()
}

/**
 * What gives the password or token away: only over TLS, or where nothing leaves the machine. SCRAM needs WebCrypto, which
 * pages have in a secure context only (https:, or loopback).
 */
function chooseMechanism(
  mechanisms: readonly SaslMechanism[],
  offered: XmlElement,
  secure: boolean,
): SaslMechanism {
  const names = offered.getChildren('mechanism').map((name) => name.getText())
  // Also undefined, where the types say that it is always there.
  const subtle: unknown = crypto.subtle
  const chosen = mechanisms.find(({ name, proves }) => names.includes(name) && (proves ? subtle : secure))
  if (chosen) return chosen
  if (!subtle) throw new ConnectError('insecure', 'A page without https: cannot log in to this server')
  throw new ConnectError('not-allowed', 'The server offers no way to log in that is safe here')
}

function failureOf(failure: XmlElement, what: string): ConnectError {
  const condition = failure.getChildElements()[0]?.getName() ?? ''
  // RFC 6120 §6.5: what a server may call a wrong user, password or token.
  const refused = ['not-authorized', 'account-disabled', 'credentials-expired', 'invalid-authzid']
  if (refused.includes(condition)) return new ConnectError('not-authorized', `The ${what} is wrong`)
  return new ConnectError('unreachable', `The server did not log in: ${condition}`)
}
