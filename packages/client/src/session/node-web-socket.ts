import { WebSocket } from 'ws'

/**
 * The WebSocket of `ws`; Node has one of its own from 22 on. Each message comes in a turn of its own, as in browsers:
 * when several come at once, @xmpp/stream-management counts stanzas before its counter is set to 0, and Prosody ends a
 * stream that acknowledges less than before.
 */
export class NodeWebSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols, { allowSynchronousEvents: false })
  }
}
