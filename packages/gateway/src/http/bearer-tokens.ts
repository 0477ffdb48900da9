import { Refusal } from '@sluice/protocol'
import type { LogInByToken } from '../messaging/log-in-by-token.ts'
import type { HttpTransfer } from './http-needs.ts'

/**
 * Takes, beside our own tokens, those by which users log in: for uploads they speak for the account, as an account token
 * does. What a token says of its issuer decides who verifies it, each by a key and an issuer of its own: a token that lies
 * about it is good for neither.
 */
export function bearerTokens(
  own: HttpTransfer['tokens'],
  logInByToken: LogInByToken | undefined,
): HttpTransfer['tokens'] {
  return {
    verifyPut: (token) => own.verifyPut(token),
    async verify(token) {
      if (!logInByToken?.isAddressed(token)) return own.verify(token)
      const login = await logInByToken.run(token)
      if (login.type === 'refused') throw new Refusal('not-authorized')
      return { owner: login.jid }
    },
  }
}
