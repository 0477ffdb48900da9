// What we use of @xmpp/client 0.14, which brings no types.
declare module '@xmpp/client' {
  import type { XmlElement } from '@sluice/protocol'

  export interface SaslMechanism {
    readonly name: string
    readonly clientFirst: boolean
    response(credentials: { username: string; password: string }): string | Promise<string>
    challenge(text: string): unknown
  }

  export type Authenticate = (
    credentials: { username: string; password: string },
    mechanism: string,
    userAgent?: XmlElement,
  ) => Promise<void>

  export interface Entity {
    status: string
    /** Milliseconds, of each step of opening and closing. */
    timeout: number
    /** Within it the WebSocket; only that of `ws` can be terminated. */
    socket: { socket: { close(): void; terminate?(): void } | null } | null
    transports: unknown[]
    parser: object | null
    /** Bound when the socket comes. */
    _onData(data: unknown): void
    reconnect: { stop(): void }
    saslFactory: {
      use(name: string, mechanism: new () => SaslMechanism): void
      /** Read by @xmpp/sasl as well; the first of a name is taken. */
      _mechs: { name: string }[]
    }
    isSecure(): boolean
    on(event: 'error', listener: (error: Error & { condition?: string }) => void): void
    on(event: 'stanza' | 'nonza', listener: (element: XmlElement) => void): void
    on(event: 'online', listener: (jid: { toString(): string }) => void): void
    on(event: 'disconnect', listener: () => void): void
    start(): Promise<unknown>
    stop(): Promise<unknown>
    send(element: XmlElement): Promise<void>
  }

  export function client(options: {
    service: string
    domain: string
    resource?: string
    timeout?: number
    credentials: (authenticate: Authenticate, mechanisms: string[]) => Promise<void>
  }): Entity
}

declare module '@xmpp/websocket/lib/Connection.js' {
  export default class ConnectionWebSocket {
    Socket: unknown
    socketParameters(service: string): string | undefined
  }
}

declare module '@xmpp/websocket/lib/Socket.js' {
  export default class Socket {
    url: string | null
    secure: boolean
    connect(url: string): void
    _attachSocket(socket: unknown): void
  }
  export function isSecure(url: string): boolean
}
