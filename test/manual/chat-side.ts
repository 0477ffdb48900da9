import type { StanzaUser } from '../stack/stanza-user.ts'
import type { Account } from './stage.ts'

/** What a stage on Node does in another way on each chat server. */
export interface ChatSide {
  readonly domain: string
  /** http: address of its WebSocket's server; devices go through a relay before it. */
  readonly address: string
  /** What an SDK takes to find it at this http: address, a relay's. */
  sdkOptions(address: string): { readonly serverUrl: string } | { readonly websocketUrl: string }
  register(account: Account): Promise<void>
  login(account: Account): Promise<StanzaUser>
  /** The gateway has been started: resolves once the server's users can reach it. */
  reachesGateway(): Promise<void>
  close(): Promise<void>
}
