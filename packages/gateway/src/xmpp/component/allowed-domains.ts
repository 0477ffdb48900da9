/** Whose accounts may use the media service: prepared domains, or all that reach it. */
export type AllowedDomains = readonly string[] | '*'

export function isAllowedDomain(domain: string, allowed: AllowedDomains): boolean {
  return allowed === '*' || allowed.includes(domain)
}
