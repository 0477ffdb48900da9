import type { Credentials } from '../../messaging/credentials.ts'
import { isOwnAuthzid } from './own-authzid.ts'
import { failure, type SaslExchange, type SaslStep } from './sasl-exchange.ts'

/** PLAIN (RFC 4616): `[authzid] NUL authcid NUL passwd`. Offered only where nobody can listen. */
export class PlainExchange implements SaslExchange {
  readonly #credentials: Credentials

  constructor({ credentials }: { credentials: Credentials }) {
    this.#credentials = credentials
  }

  async step(message: string): Promise<SaslStep> {
    const [authzid, name, password, ...more] = message.split('\0')
    if (authzid === undefined || !name || !password || more.length > 0) return failure('malformed-request')
    const jid = await this.#credentials.checkPassword({ name, password })
    if (jid === undefined) return failure('not-authorized')
    return isOwnAuthzid(authzid, jid) ? { type: 'success', jid } : failure('invalid-authzid')
  }
}
