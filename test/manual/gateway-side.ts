import type { TcpProxy } from '../stack/tcp-proxy.ts'

/** The gateway of a stage, wherever it runs: killed and started, its data read and bent past it. */
export interface GatewaySide {
  /** What it calls its public address: the bytes of every device's HTTP go through here. */
  readonly http: TcpProxy
  /** SIGKILL. It stays down. */
  kill(): Promise<void>
  startAgain(): Promise<void>
  /** Resolves once the unfinished upload of this message has expired. */
  expireUpload(messageId: string): Promise<void>
  /** Turns one byte of a stored object of this message over. */
  corruptMedia(messageId: string): Promise<void>
  close(): Promise<void>
}
