import type { LogInByToken, TokenLogin } from '../../messaging/log-in-by-token.ts'
import { isOwnAuthzid } from './own-authzid.ts'
import { failure, type SaslCondition, type SaslExchange, type SaslStep } from './sasl-exchange.ts'

const SEPARATOR = '\x01'

const CONDITIONS = {
  invalid: 'not-authorized',
  expired: 'credentials-expired',
  removed: 'account-disabled',
} as const satisfies Record<(TokenLogin & { type: 'refused' })['why'], SaslCondition>

/**
 * OAUTHBEARER (RFC 7628): `n,[a=authzid],^A auth=Bearer token ^A ^A`. Offered only where nobody can listen. A refusal takes
 * two rounds (§3.2.3): we say why, the client answers with a dummy, and then it fails.
 */
export class OAuthBearerExchange implements SaslExchange {
  readonly #logInByToken: LogInByToken
  #failure: SaslCondition | undefined

  constructor({ logInByToken }: { logInByToken: LogInByToken }) {
    this.#logInByToken = logInByToken
  }

  async step(message: string): Promise<SaslStep> {
    if (this.#failure) return failure(this.#failure)
    const read = readMessage(message)
    if (!read) return failure('malformed-request')
    const login = await this.#logIn(read.token)
    if (login.type === 'refused') return this.#refuse(CONDITIONS[login.why])
    if (!isOwnAuthzid(read.authzid, login.jid)) return failure('invalid-authzid')
    return { type: 'success', jid: login.jid, endsAt: login.endsAt }
  }

  async #logIn(token: string | undefined): Promise<TokenLogin> {
    return token === undefined ? { type: 'refused', why: 'invalid' } : this.#logInByToken.run(token)
  }

  #refuse(condition: SaslCondition): SaslStep {
    this.#failure = condition
    return { type: 'challenge', data: JSON.stringify({ status: 'invalid_token' }) }
  }
}

/** RFC 7628 §3.1: gs2-header kvsep *kvpair kvsep, each pair ending with kvsep. Other pairs than `auth` are for others. */
function readMessage(message: string): { authzid: string; token: string | undefined } | undefined {
  const [header = '', ...pairs] = message.split(SEPARATOR)
  const [whole, authzid = ''] = /^[ny],(?:a=([^,]+))?,$/.exec(header) ?? []
  if (whole === undefined || pairs.pop() !== '' || pairs.pop() !== '') return undefined
  if (!pairs.every((pair) => /^[A-Za-z]+=/.test(pair))) return undefined
  const auth = pairs.find((pair) => pair.startsWith('auth='))?.slice('auth='.length)
  const token = /^Bearer +([\w\-.~+/]+=*)$/i.exec(auth ?? '')?.[1]
  return { authzid: authzid.replaceAll('=2C', ',').replaceAll('=3D', '='), token }
}
