/** What the gateway tells of its accounts. */
export interface ServerInfo {
  readonly domain?: string | undefined
  readonly registration?: 'open' | 'closed' | undefined
}

const PREFIX = 'urn:sluice:accounts:'

/** Asks the gateway that the page came from (RFC 6415). Without an answer nothing is known. Never rejects. */
export async function readServerInfo(page: string = location.href): Promise<ServerInfo> {
  try {
    const answer = await fetch(new URL('.well-known/host-meta.json', page))
    const { properties = {} } = (await answer.json()) as { properties?: Record<string, string> }
    const registration = properties[`${PREFIX}registration`] === 'closed' ? 'closed' : 'open'
    return { domain: properties[`${PREFIX}domain`], registration }
  } catch {
    return {}
  }
}

/** The bare JID that a name logs in as. */
export function accountOf(username: string, { domain }: ServerInfo, hostname = location.hostname): string {
  const bare = username.split('/', 1)[0] ?? ''
  if (bare.includes('@')) return bare.toLowerCase()
  const isLoopback = /^(127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
  return `${bare.toLowerCase()}@${domain ?? (isLoopback ? 'localhost' : hostname)}`
}
