import type { XmlElement } from '@sluice/protocol'
import type { Listeners } from '../listeners.ts'
import type { IqRequest } from './iq-exchange.ts'

export type SessionState = 'offline' | 'connecting' | 'online'

/** One account's line to its server, which comes back by itself; a port, so that tests need no server. */
export interface Session {
  readonly state: SessionState
  /** Bare JID. */
  readonly account: string
  /** The full JID of the stream, or of the last one; absent before the first. */
  readonly device: string | undefined
  /** The server's domain. */
  readonly domain: string
  readonly states: Listeners<SessionState>
  readonly stanzas: Listeners<XmlElement>
  /** Resolves when online, at once if it is; rejects with the signal's reason when it aborts. */
  online(signal?: AbortSignal): Promise<void>
  /** See IqExchange. Rejects with Unreachable at once when not online. */
  request(request: IqRequest): Promise<XmlElement | undefined>
  /**
   * Sends a stanza and resolves once one's own server has handled it: the result of a ping that went behind it on
   * the same stream. Rejects with Unreachable when that remains unknown.
   */
  deliver(stanza: XmlElement, signal?: AbortSignal): Promise<void>
  /** Sends a stanza without asking what became of it. Rejects with Unreachable when not online. */
  send(stanza: XmlElement): Promise<void>
}
