import { isLoopback } from './config-values.ts'

/** Whose tokens log users in. */
export interface JwtConfig {
  readonly issuer: string
  readonly audience: string
  /** Shared with the issuer (HS256), or where it publishes its public keys. */
  readonly key: { readonly secret: string } | { readonly jwksUrl: string }
}

/** What this is made of, as the variables say it. */
export interface JwtVariables {
  readonly SLUICE_JWT_SECRET?: string | undefined
  readonly SLUICE_JWT_JWKS_URL?: string | undefined
  readonly SLUICE_JWT_ISSUER?: string | undefined
  readonly SLUICE_JWT_AUDIENCE?: string | undefined
}

/** RFC 7518 §3.2: a key for HS256 has 256 bits or more. */
export function parseJwtSecret(text: string): string | undefined {
  return Buffer.byteLength(text) >= 32 ? text : undefined
}

/** Who changes the keys on their way to us logs in as whom they like: https, or http on this machine. */
export function parseJwksUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.username || url.password || url.hash) return undefined
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(host)) ? url.href : undefined
}

/** The gateway's own tokens are of the issuers `sluice` and `sluice-put`: no other may have such a name. */
export function parseIssuer(text: string): string | undefined {
  return /^sluice(-|$)/.test(text) ? undefined : text
}

/** Undefined when logins by token are not configured. What does not go together is added to `problems`. */
export function jwtOf(
  variables: JwtVariables,
  { standalone, registration }: { standalone: boolean; registration: string | undefined },
  problems: string[],
): JwtConfig | undefined {
  const { SLUICE_JWT_SECRET: secret, SLUICE_JWT_JWKS_URL: jwksUrl } = variables
  const { SLUICE_JWT_ISSUER: issuer, SLUICE_JWT_AUDIENCE: audience } = variables
  const given = Object.entries({
    SLUICE_JWT_SECRET: secret,
    SLUICE_JWT_JWKS_URL: jwksUrl,
    SLUICE_JWT_ISSUER: issuer,
    SLUICE_JWT_AUDIENCE: audience,
  })
  const [first] = given.filter(([, value]) => value !== undefined).map(([name]) => name)
  if (first === undefined) return undefined
  if (!standalone) problems.push(`${first} is set, but with a component users log in at the chat server`)
  if (registration === 'open')
    problems.push(
      `SLUICE_REGISTRATION is open, but ${first} is set: a stranger could register the name of a user to come`,
    )
  if (secret !== undefined && jwksUrl !== undefined)
    problems.push('SLUICE_JWT_SECRET and SLUICE_JWT_JWKS_URL are both set; only one can be')
  const key = secret !== undefined ? { secret } : jwksUrl !== undefined ? { jwksUrl } : undefined
  if (!key) problems.push(`${first} is set, but neither SLUICE_JWT_SECRET nor SLUICE_JWT_JWKS_URL is`)
  for (const [name, value] of given.slice(2))
    if (value === undefined) problems.push(`${name} is not set, but ${first} is; tokens are checked for it`)
  return key && issuer !== undefined && audience !== undefined ? { issuer, audience, key } : undefined
}
