import { prepareJid, Refusal } from '@sluice/protocol'
import type { LogListener } from './log.ts'
import type { Store } from './persistence/store.ts'
import { TransferError } from './transfers/transfer-error.ts'

/** One of `serverUrl`, `websocketUrl` and `domain` is needed. */
export interface ClientOptions {
  /** The gateway's http: or https: address, where it is the chat server too; its WebSocket is `/xmpp-websocket` there. */
  readonly serverUrl?: string | undefined
  /**
   * A chat server's WebSocket (RFC 7395), ws: or wss:. Without it and `serverUrl` it is asked of the domain
   * (XEP-0156), and by default `wss://<domain>/xmpp-websocket`.
   */
  readonly websocketUrl?: string | undefined
  /** The accounts' domain. By default that of the user's JID, else the host of the address. */
  readonly domain?: string | undefined
  /**
   * Logs in by tokens (JWT) of the app's own backend instead of passwords: asked for a fresh one each time that a connection
   * is opened, never twice at once. When it rejects it is asked again, later and later; a first `connect` fails with 503 and
   * its message.
   */
  readonly tokenProvider?: (() => Promise<string>) | undefined
  /** JID of the media service; by default found among the services of the server. */
  readonly mediaService?: string | undefined
  /**
   * Where to reach what the gateway names by its own address, for an app that gets there another way, such as a tunnel:
   * from each http: or https: URL of an upload or a download to the one to use. Messages carry the gateway's.
   */
  readonly mediaAddress?: ((url: string) => string) | undefined
  /** Where the client remembers; by default `folderStore()` in Node and `indexedDbStore()` in browsers. */
  readonly store?: Store | undefined
  /** Node: the folder for finished downloads; by default the store's own. */
  readonly downloadDir?: string | undefined
  /**
   * Whether transfers that ran when the page or the process died go on by themselves after `connect`; those that were
   * paused stay so. By default true in browsers, false in Node.
   */
  readonly resumeOnConnect?: boolean | undefined
  readonly onLog?: LogListener | undefined
}

export interface Address {
  /** Where the WebSocket is; absent when the domain is to be asked. */
  readonly url?: string | undefined
  readonly domain: string
  readonly username: string
  /** The bare JID. */
  readonly account: string
  /** Of a full JID. */
  readonly resource?: string | undefined
}

/** Where and as whom to log in. `user` is a name, a bare JID or a full JID. Throws TransferError 400. */
export function addressOf(options: ClientOptions, user: string): Address {
  const url = webSocketUrl(options)
  try {
    const given = user.includes('@') ? prepareJid(user) : undefined
    const domain = options.domain ?? given?.domain ?? domainOf(url?.hostname ?? '')
    const jid = given ?? prepareJid(`${user}@${domain}`)
    if (jid.local === undefined) throw bad('username')
    const { local: username, bare: account, resource } = jid
    return { url: url?.href, domain: jid.domain, username, account, resource }
  } catch (error) {
    throw error instanceof Refusal ? bad('username') : error
  }
}

function webSocketUrl({ websocketUrl, serverUrl, domain }: ClientOptions): URL | undefined {
  if (websocketUrl !== undefined) return parsedUrl(websocketUrl, 'websocketUrl', ['ws:', 'wss:'])
  if (serverUrl === undefined && domain !== undefined) return undefined
  const url = parsedUrl(serverUrl ?? '', 'serverUrl', ['http:', 'https:'])
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
