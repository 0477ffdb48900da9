import { Refusal } from '@sluice/protocol'
import type { Logger } from '../transfer/logger.ts'
import type { Accounts } from './accounts.ts'
import { CLOCK_TOLERANCE_MS, type LoginTokenVerifier, type VerifiedToken } from './login-token-verifier.ts'

export type TokenLogin =
  /** `endsAt` is when it has to show another token. */
  | { readonly type: 'accepted'; readonly jid: string; readonly endsAt: Date }
  | { readonly type: 'refused'; readonly why: 'invalid' | 'expired' | 'removed' }

/** Logs in whom a token of the issuer names; an account is made on the first login. */
export class LogInByToken {
  readonly #needs: { verifier: LoginTokenVerifier; accounts: Accounts; logger: Logger }

  constructor(needs: { verifier: LoginTokenVerifier; accounts: Accounts; logger: Logger }) {
    this.#needs = needs
  }

  /** Whether the token says that it is the issuer's: nothing is known of it by that, but who has to verify it. */
  isAddressed(token: string): boolean {
    return this.#needs.verifier.isAddressed(token)
  }

  /** Rejects when the issuer's keys or the accounts cannot be had. */
  async run(token: string): Promise<TokenLogin> {
    const { accounts, verifier } = this.#needs
    const verified = await verifier.verify(token)
    if (verified.type !== 'valid') return this.#refused(verified.type, verified.reason)
    const jid = this.#jidOf(verified)
    if (jid === undefined) return this.#refused('invalid', '"sub" is no name at this domain')
    if (!(await accounts.provision(jid))) return this.#refused('removed', 'the account was removed')
    return { type: 'accepted', jid, endsAt: new Date(verified.expiresAt.getTime() + CLOCK_TOLERANCE_MS) }
  }

  #jidOf({ subject }: VerifiedToken & { type: 'valid' }): string | undefined {
    try {
      return this.#needs.accounts.jidOf(subject)
    } catch (error) {
      if (error instanceof Refusal) return undefined
      throw error
    }
  }

  #refused(why: 'invalid' | 'expired' | 'removed', reason: string): TokenLogin {
    this.#needs.logger.info({ reason }, 'a login token was refused')
    return { type: 'refused', why }
  }
}
