import ConnectionWebSocket from '@xmpp/websocket/lib/Connection.js'
import Socket, { isSecure } from '@xmpp/websocket/lib/Socket.js'

/** The WebSocket of the platform: the browser's own, or `ws` where Node has none (before 22). */
export type WebSocketClass = new (url: string, protocols: string[]) => unknown

/** @xmpp/websocket's transport over a given WebSocket instead of the global one. */
export function webSocketTransport(WebSocket: WebSocketClass): unknown {
  class GivenSocket extends Socket {
    override connect(url: string): void {
      this.url = url
      this.secure = isSecure(url)
      this._attachSocket(new WebSocket(url, ['xmpp']))
    }
  }
  class GivenTransport extends ConnectionWebSocket {}
  GivenTransport.prototype.Socket = GivenSocket
  return GivenTransport
}
