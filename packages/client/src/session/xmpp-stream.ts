import Connection from '@xmpp/websocket/lib/Connection.js'
import Socket, { isSecure } from '@xmpp/websocket/lib/Socket.js'
import type { WebSocketClass } from './web-socket-class.ts'

export type XmppStream = Connection

interface Options {
  readonly domain: string
  readonly WebSocket: WebSocketClass
  /** Milliseconds, of each step of opening and closing. */
  readonly timeout: number
}

/** xmpp.js' stream over WebSocket (RFC 7395), on a given WebSocket instead of the global one; not connected yet. */
export function xmppStream({ domain, WebSocket, timeout }: Options): XmppStream {
  class GivenSocket extends Socket {
    override connect(url: string): void {
      this.url = url
      this.secure = isSecure(url)
      this._attachSocket(new WebSocket(url, ['xmpp']))
    }
  }
  const stream = new Connection({ domain, timeout })
  stream.Socket = GivenSocket
  // With the end of a stream its parser goes; what still comes then would throw in the socket's own event.
  const read = stream._onData.bind(stream)
  stream._onData = (data) => {
    if (stream.parser) read(data)
  }
  return stream
}
