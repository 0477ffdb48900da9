import parse from 'ltx/lib/parse.js'
import type { HttpResponse, HttpTransport } from '../transfers/http-transport.ts'

const WEBSOCKET_LINK = 'urn:xmpp:alt-connections:websocket'
const XRD = 'http://docs.oasis-open.org/ns/xri/xrd-1.0'
const LARGEST_CHARACTERS = 64 * 1024
const REDIRECTS = 3

/**
 * Where a domain's WebSocket is: what its host-meta says (XEP-0156), as JSON or else as XRD, or
 * `wss://<domain>/xmpp-websocket`. The pages are read over https, or over http from this machine itself, and only a
 * wss: address is taken, or ws: on this machine: who can change a page on its way must not get a password.
 */
export async function findWebSocket(
  domain: string,
  { transport, signal }: { transport: HttpTransport; signal: AbortSignal },
): Promise<string> {
  const base = `${isLoopback(domain) ? 'http' : 'https'}://${domain}/.well-known/host-meta`
  for (const [url, linksOf] of [
    [`${base}.json`, linksOfJson],
    [base, linksOfXrd],
  ] as const) {
    const text = await page(url, transport, signal)
    const found = text === undefined ? undefined : linksOf(text).find((link) => isSafe(link, domain))
    if (found !== undefined) return found
  }
  return `wss://${domain}/xmpp-websocket`
}

/** The text of the page; undefined when there is none. Rejects with the signal's reason alone. */
async function page(
  from: string,
  transport: HttpTransport,
  signal: AbortSignal,
): Promise<string | undefined> {
  let url = from
  try {
    for (let redirects = 0; redirects <= REDIRECTS; redirects++) {
      const response = await transport.send({ method: 'GET', url, signal })
      const location = response.header('location')
      const text = await textOf(response)
      if (response.status === 200) return text
      if (response.status < 300 || response.status > 399 || location === undefined) return undefined
      const next = new URL(location, url)
      // RFC 6415 §2: a redirect is followed, but never out of TLS.
      if (next.protocol !== new URL(from).protocol && next.protocol !== 'https:') return undefined
      url = next.href
    }
  } catch {
    signal.throwIfAborted()
  }
  return undefined
}

async function textOf({ body }: HttpResponse): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > LARGEST_CHARACTERS) throw new Error('The page is too long')
  }
  return text
}

function linksOfJson(text: string): string[] {
  try {
    const { links } = JSON.parse(text) as { links?: { rel?: unknown; href?: unknown }[] }
    return (links ?? []).flatMap(({ rel, href }) => (rel === WEBSOCKET_LINK ? [String(href)] : []))
  } catch {
    return []
  }
}

function linksOfXrd(text: string): string[] {
  try {
    const links = parse(text).getChildren('Link', XRD)
    return links.flatMap(({ attrs }) => (attrs.rel === WEBSOCKET_LINK && attrs.href ? [attrs.href] : []))
  } catch {
    return []
  }
}

function isSafe(link: string, domain: string): boolean {
  if (!URL.canParse(link)) return false
  const { protocol, hostname } = new URL(link)
  return protocol === 'wss:' || (protocol === 'ws:' && isLoopback(domain) && isLoopback(hostname))
}

function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host)
}
