import { prepareJid, Refusal } from '@sluice/protocol'
import type { LogListener } from './log.ts'
import type { Store } from './persistence/store.ts'
import { TransferError } from './transfers/transfer-error.ts'

/** One of `serverUrl`, `websocketUrl` and `domain` is needed. */
export interface ClientOptions {
  /** The gateway's http: or https: address; its WebSocket is `/xmpp-websocket` there. By default `https://<domain>`. */
  readonly serverUrl?: string | undefined
  /** A chat server's WebSocket (RFC 7395), ws: or wss:, where that is not at `serverUrl`. */
  readonly websocketUrl?: string | undefined
  /** The accounts' domain. By default that of the user's JID, else the host of the address. */
  readonly domain?: string | undefined
  /** Where the client remembers; in Node by default `folderStore()`. */
  readonly store?: Store | undefined
  /** Node: the folder for finished downloads; by default the store's own. */
  readonly downloadDir?: string | undefined
  readonly onLog?: LogListener | undefined
}

export interface Address {
  /** Where the WebSocket is. */
  readonly url: string
  readonly domain: string
  readonly username: string
  /** The bare JID. */
  readonly account: string
}

/** Where and as whom to log in. `user` is a name or a bare JID. Throws TransferError 400. */
export function addressOf(options: ClientOptions, user: string): Address {
  const url = webSocketUrl(options)
  try {
    const given = user.includes('@') ? prepareJid(user) : undefined
    const domain = options.domain ?? given?.domain ?? domainOf(url.hostname)
    const jid = given ?? prepareJid(`${user}@${domain}`)
    if (jid.local === undefined || jid.resource !== undefined) throw bad('username')
    return { url: url.href, domain: jid.domain, username: jid.local, account: jid.bare }
  } catch (error) {
    throw error instanceof Refusal ? bad('username') : error
  }
}

function webSocketUrl({ websocketUrl, serverUrl, domain }: ClientOptions): URL {
  if (websocketUrl !== undefined) return parsedUrl(websocketUrl, 'websocketUrl', ['ws:', 'wss:'])
  const base = serverUrl ?? (domain === undefined ? undefined : `https://${domain}`)
  const url = parsedUrl(base ?? '', 'serverUrl', ['http:', 'https:'])
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.pathname = `${url.pathname.replace(/\/$/, '')}/xmpp-websocket`
  return url
}

function parsedUrl(text: string, option: string, protocols: string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !protocols.includes(url.protocol)) throw bad(option)
  return url
}

/** A gateway on a loopback address serves `localhost`, as it does without settings. */
function domainOf(hostname: string): string {
  return /^(127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) ? 'localhost' : hostname
}

function bad(parameter: string): TransferError {
  const message = `${parameter} is not valid or required`
  return new TransferError({ code: 'bad_parameter', statusCode: 400, message, retryable: false })
}
