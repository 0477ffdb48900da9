import { IncomingMessage } from 'node:http'

/**
 * A request that leaves HTTP for WebSocket only: any other `Upgrade`, such as curl's `h2c`, is to be ignored (RFC 9110
 * §7.8). Node asks `upgrade` once the headers are in, and would hand all of them to whoever takes upgrades.
 */
export class UpgradableRequest extends IncomingMessage {
  declare asksForUpgrade?: boolean

  get upgrade(): boolean {
    const { method, headers } = this
    return (
      this.asksForUpgrade === true && (method === 'CONNECT' || /^websocket$/i.test(headers.upgrade ?? ''))
    )
  }

  // Called by the base class's constructor too, before any field of this one would be there.
  set upgrade(asked: boolean) {
    this.asksForUpgrade = asked
  }
}
