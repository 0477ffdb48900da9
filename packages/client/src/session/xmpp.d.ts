// What we use of xmpp.js 0.14, which brings no types.
declare module '@xmpp/websocket/lib/Connection.js' {
  import type { XmlElement } from '@sluice/protocol'

  export default class Connection {
    constructor(options: { domain: string; timeout: number })
    /** Milliseconds, of each step of opening and closing. */
    timeout: number
    /** Within it the WebSocket; only that of `ws` can be terminated. */
    socket: { socket: { close(): void; terminate?(): void } | null } | null
    parser: object | null
    Socket: unknown
    /** Bound when the socket comes. */
    _onData(data: unknown): void
    isSecure(): boolean
    on(event: 'error', listener: (error: Error & { condition?: string }) => void): void
    on(event: 'stanza' | 'nonza', listener: (element: XmlElement) => void): void
    on(event: 'disconnect', listener: () => void): void
    /** Runs before the stream is closed in good order. */
    hook(event: 'close', handler: () => Promise<void>): void
    connect(url: string): Promise<unknown>
    open(options: { domain: string }): Promise<unknown>
    restart(): Promise<unknown>
    stop(): Promise<unknown>
    send(element: XmlElement): Promise<void>
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
