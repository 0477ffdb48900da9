const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * Where the page can show a file from: its own gateway, whatever name of this machine the link has. Nothing is loaded
 * from elsewhere by itself: that would tell a stranger's server who reads when.
 */
export function ownUrl(url: string, here: string | URL = location.href): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { origin, protocol, hostname, port, pathname, search } = new URL(url)
  const own = new URL(here)
  const isSameMachine = LOOPBACK.test(hostname) && LOOPBACK.test(own.hostname)
  const isOwn = origin === own.origin || (isSameMachine && protocol === own.protocol && port === own.port)
  return isOwn ? own.origin + pathname + search : undefined
}

/** A link that may be followed, and to whom it leads; nothing for what is no web address. */
export function foreignLink(url: string): { href: string; host: string } | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, href, host } = new URL(url)
  return protocol === 'https:' || protocol === 'http:' ? { href, host } : undefined
}
