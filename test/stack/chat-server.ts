import type { ProgramName } from './chat-programs.ts'

/** A chat server that was there before the gateway: run as our page for its operators says. */
export interface ChatServer {
  readonly name: ProgramName & ('Prosody' | 'ejabberd')
  readonly domain: string
  readonly conferenceDomain: string
  /** The component that it keeps for the gateway, and how that one gets in. */
  readonly mediaJid: string
  readonly componentUrl: string
  readonly componentSecret: string
  /** Its RFC 7395 endpoint: ws://… */
  readonly websocketUrl: string
  /** For clients without WebSocket: on 127.0.0.1, with STARTTLS and a certificate that nobody signed. */
  readonly tcpPort: number
  /** The gateway's variables as the page has them, with this server's secret and port. */
  readonly gatewayEnvironment: Readonly<Record<string, string>>
  /** All that it logged, over its restarts. */
  readonly logs: string
  /** A new account, registered as any client can here. */
  createAccount(account?: Partial<ChatAccount>): Promise<ChatAccount>
  /** Ends it, keeping what it stored, and resolves once it is gone. */
  halt(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts it again on the same ports and folder. */
  start(): Promise<void>
  restart(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Ends it for good and removes its folder; twice does nothing more. */
  stop(): Promise<void>
}

export interface ChatAccount {
  readonly username: string
  readonly password: string
  readonly jid: string
}
