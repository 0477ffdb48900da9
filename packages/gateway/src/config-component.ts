import { parentDomain, type parseComponentUrl } from './config-values.ts'

/** The chat server that the gateway is a component of. */
export interface ComponentConfig {
  readonly host: string
  readonly port: number
  /** Prepared. */
  readonly jid: string
  readonly secret: string
}

/** What this is made of, as the variables say it. */
interface ComponentVariables {
  readonly SLUICE_COMPONENT_URL?: ReturnType<typeof parseComponentUrl>
  readonly SLUICE_COMPONENT_JID?: string | undefined
  readonly SLUICE_COMPONENT_SECRET?: string | undefined
  readonly SLUICE_ALLOWED_DOMAINS?: readonly string[] | '*' | undefined
  readonly SLUICE_REGISTRATION?: 'open' | 'closed' | undefined
}

/** What makes sense only with a chat server's accounts, or only with our own. */
export function checkChatServer(
  data: ComponentVariables,
  component: ComponentConfig | undefined,
  problems: string[],
): void {
  const { SLUICE_ALLOWED_DOMAINS: allowed, SLUICE_REGISTRATION: registration } = data
  if (!component) {
    if (allowed) problems.push('SLUICE_ALLOWED_DOMAINS is set, but only a component has use for it')
    return
  }
  if (registration === 'open')
    problems.push('SLUICE_REGISTRATION is open, but with a component accounts are made at the chat server')
  if (!allowed && parentOf(component).length === 0)
    problems.push(
      `SLUICE_ALLOWED_DOMAINS is not set, and SLUICE_COMPONENT_JID ${component.jid} is below no domain`,
    )
}

export function parentOf(component: ComponentConfig | undefined): readonly string[] {
  const parent = component && parentDomain(component.jid)
  return parent === undefined ? [] : [parent]
}

/** Where its users have their accounts, as far as it is told. */
export function domainOf({ jid }: ComponentConfig, data: ComponentVariables): string | undefined {
  const { SLUICE_ALLOWED_DOMAINS: allowed } = data
  const parent = parentDomain(jid)
  if (!allowed || allowed === '*') return parent
  return allowed.find((domain) => domain === parent) ?? allowed[0]
}

export function componentOf(data: ComponentVariables): ComponentConfig | undefined {
  const { SLUICE_COMPONENT_URL: url, SLUICE_COMPONENT_JID: jid, SLUICE_COMPONENT_SECRET: secret } = data
  return url && jid && secret ? { ...url, jid, secret } : undefined
}
