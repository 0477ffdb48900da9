import { type JWTPayload, SignJWT } from 'jose'
import type { LoginTokenRules } from '../../src/messaging/login-token-verifier.ts'
import { DOMAIN } from './messaging-bed.ts'

const SECRET = 'a secret of thirty-two bytes, or more'
export const ISSUER = 'https://app.example.org'

export const SHARED_SECRET_RULES: LoginTokenRules = {
  issuer: ISSUER,
  audience: DOMAIN,
  key: { secret: SECRET },
}

/**
 * A token as an app's backend mints it, for alice and for a minute from `now`, but for what the claims say; undefined
 * leaves one out.
 */
export function mint(
  claims: JWTPayload = {},
  {
    now = new Date(),
    key = new TextEncoder().encode(SECRET),
    header = { alg: 'HS256' },
  }: {
    now?: Date
    key?: Parameters<SignJWT['sign']>[0]
    header?: { alg: string; kid?: string }
  } = {},
): Promise<string> {
  const iat = Math.floor(now.getTime() / 1000)
  const all: JWTPayload = { iss: ISSUER, aud: DOMAIN, sub: 'alice', iat, exp: iat + 60, ...claims }
  return new SignJWT(all).setProtectedHeader(header).sign(key)
}
