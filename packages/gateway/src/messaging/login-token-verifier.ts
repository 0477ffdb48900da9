import { createRemoteJWKSet, decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Clock } from '../transfer/clock.ts'

/** Whose tokens are taken, and what they are checked against. */
export interface LoginTokenRules {
  readonly issuer: string
  readonly audience: string
  readonly key: { readonly secret: string } | { readonly jwksUrl: string }
}

export type VerifiedToken =
  | { readonly type: 'valid'; readonly subject: string; readonly expiresAt: Date }
  /** `reason` is for the log, and tells nothing of the token but what is wrong. */
  | { readonly type: 'invalid' | 'expired'; readonly reason: string }

/** How far the issuer's clock and ours may be apart. */
export const CLOCK_TOLERANCE_MS = 3_000

/**
 * From `iat` to `exp`. Nothing takes a token back before it expires, so one for a year would be a password that nobody can
 * change. A day is what some identity providers give at most by default.
 */
const MAX_TOKEN_LIFE_MS = 24 * 3_600_000

// Each key is used with the algorithms of its own kind alone: a public key is never taken for a shared secret.
const SYMMETRIC = ['HS256']
const ASYMMETRIC = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

/** What jose says of a token. All else that it throws is about the key server. */
const ABOUT_THE_TOKEN: readonly string[] = [
  'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'ERR_JWT_EXPIRED',
  'ERR_JWT_INVALID',
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
]

/** Checks the tokens (JWT, RFC 7519) by which an issuer says who its users are. */
export class LoginTokenVerifier {
  readonly #rules: LoginTokenRules
  readonly #clock: Pick<Clock, 'now'>
  readonly #algorithms: string[]
  readonly #key: JWTVerifyGetKey

  /**
   * Keys of a JWKS are fetched when they are first needed, and again when a token names an unknown one, but then not more
   * often than every `refetchAfterMs`: by default 30 s.
   */
  constructor(needs: { rules: LoginTokenRules; clock: Pick<Clock, 'now'>; refetchAfterMs?: number }) {
    const { rules, clock, refetchAfterMs: cooldownDuration = 30_000 } = needs
    const { key } = rules
    this.#rules = rules
    this.#clock = clock
    if ('secret' in key) {
      const secret = new TextEncoder().encode(key.secret)
      this.#algorithms = SYMMETRIC
      this.#key = () => secret
    } else {
      this.#algorithms = ASYMMETRIC
      this.#key = createRemoteJWKSet(new URL(key.jwksUrl), { cooldownDuration })
    }
  }

  /** Whether it says that it is of the issuer, which is not verified. */
  isAddressed(token: string): boolean {
    try {
      return decodeJwt(token).iss === this.#rules.issuer
    } catch {
      return false
    }
  }

  /** Rejects when the issuer's keys cannot be had. */
  async verify(token: string): Promise<VerifiedToken> {
    const { issuer, audience } = this.#rules
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: this.#algorithms,
        issuer,
        audience,
        requiredClaims: ['sub', 'iat', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_MS / 1000,
        maxTokenAge: MAX_TOKEN_LIFE_MS / 1000,
        currentDate: this.#clock.now(),
      })
      const { sub = '', iat = 0, exp = 0 } = payload
      if ((exp - iat) * 1000 > MAX_TOKEN_LIFE_MS)
        return { type: 'invalid', reason: 'it lives for more than a day' }
      if (typeof sub !== 'string' || sub === '') return { type: 'invalid', reason: '"sub" is not a name' }
      return { type: 'valid', subject: sub, expiresAt: new Date(exp * 1000) }
    } catch (error) {
      if (!(error instanceof errors.JOSEError) || !ABOUT_THE_TOKEN.includes(error.code)) throw error
      return { type: error.code === 'ERR_JWT_EXPIRED' ? 'expired' : 'invalid', reason: error.message }
    }
  }
}
