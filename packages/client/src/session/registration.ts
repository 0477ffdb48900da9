import { decodeStanzaError, element, type XmlElement } from '@sluice/protocol'
import { ConnectError, type ConnectFailure, type Credentials } from './connection.ts'

const REGISTER = 'jabber:iq:register'

/** What asks for an account (XEP-0077 §3.1). */
export function registrationQuery({ username, password }: Credentials): XmlElement {
  return element(
    'query',
    { xmlns: REGISTER },
    element('username', {}, username),
    element('password', {}, password),
  )
}

/** Why the server made no account (XEP-0077 §3.1, RFC 6120 §8.3.3). */
export function registrationError(answer: XmlElement): ConnectError {
  const error = answer.getChild('error')
  const condition = error ? decodeStanzaError(error).condition : 'undefined-condition'
  const [reason, message] = REASONS[condition] ?? ['not-allowed', 'This server takes no registrations']
  return new ConnectError(reason, message)
}

const REASONS: Record<string, [ConnectFailure, string]> = {
  conflict: ['conflict', 'The name is already taken'],
  'bad-request': ['not-acceptable', 'The name or the password is not usable'],
  'jid-malformed': ['not-acceptable', 'The name is not usable'],
  'not-acceptable': ['not-acceptable', 'The name or the password is not usable'],
  'resource-constraint': ['unreachable', 'The server takes no more registrations for now'],
}
