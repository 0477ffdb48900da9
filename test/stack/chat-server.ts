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
  /** For clients without WebSocket: on 127.0.0.1, with STARTTLS. */
  readonly tcpPort: number
  /** PEM file of its certificate, which nobody else signed. */
  readonly certificate: string
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

/** The chat server gives the slots itself, and the gateway is no component but takes the bytes. */
export interface UploadBackend {
  /** The configuration of docs/upload-backend.md. */
  readonly configuration: 'prosody-file-share' | 'prosody-upload-external' | 'ejabberd-http-upload'
  /** The gateway's public URL. */
  readonly publicUrl: string
  readonly secret: string
}
