export interface XmppLimits {
  /** From the connection to a bound resource; 30,000. */
  readonly loginTimeoutMs: number
  /** Between WebSocket pings; a peer that misses one is gone. 30,000. */
  readonly pingEveryMs: number
  /** Bytes that may wait for a client to read them; 4 MiB. */
  readonly maxBufferedBytes: number
  /** For each half of the closing handshake; 2,000. */
  readonly closeGraceMs: number
}

export const XMPP_LIMITS: XmppLimits = {
  loginTimeoutMs: 30_000,
  pingEveryMs: 30_000,
  maxBufferedBytes: 4 * 1024 * 1024,
  closeGraceMs: 2_000,
}
