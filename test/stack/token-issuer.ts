import { SignJWT } from 'jose'

/** Of HS256. */
export const SECRET = 'a secret of thirty-two bytes, or more'
const ISSUER = 'https://app.example'
const AUDIENCE = 'chat'

/** What makes a gateway take the tokens of {@link mintToken}. */
export const ISSUER_ENVIRONMENT = {
  SLUICE_JWT_SECRET: SECRET,
  SLUICE_JWT_ISSUER: ISSUER,
  SLUICE_JWT_AUDIENCE: AUDIENCE,
} as const

/** A token as an app's backend mints it for a user who is logged in there. */
export function mintToken(user: string, lifeSeconds: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(user)
    .setIssuedAt(now)
    .setExpirationTime(now + lifeSeconds)
    .sign(new TextEncoder().encode(SECRET))
}
