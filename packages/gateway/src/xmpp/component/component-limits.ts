export interface ComponentLimits {
  /** How long the lease of the link lasts; another gateway takes over when it ends. 5,000. */
  readonly leaseMs: number
  /** By so much earlier its holder lets go of the link. 500. */
  readonly leaseMarginMs: number
  /** Between two tries to take or renew it. 1,000. */
  readonly leaseEveryMs: number
  /** The first pause after a failure; it doubles with each. 250. */
  readonly firstPauseMs: number
  /** The longest pause while the chat server cannot be reached. 5,000. */
  readonly longestPauseMs: number
  /** The longest pause while it refuses us: only a person can mend that. 30,000. */
  readonly refusedPauseMs: number
  /** A pause as long as this is spent without the lease: another gateway may have more luck. 2,000. */
  readonly handBackMs: number
  /** A link that lived so long is sound: the next failure is a first one. 20,000. */
  readonly soundAfterMs: number
  /** For opening the stream. 10,000. */
  readonly openTimeoutMs: number
  /** Between two signs of life; a server that gives none for three of them is gone. 10,000. */
  readonly keepaliveEveryMs: number
  /** Bytes that may wait for the server to read them. 8 MiB. */
  readonly maxBufferedBytes: number
  /** For the answers under way, and then for the server's goodbye, when the gateway ends. 2,000. */
  readonly closeGraceMs: number
}

export const COMPONENT_LIMITS: ComponentLimits = {
  leaseMs: 5_000,
  leaseMarginMs: 500,
  leaseEveryMs: 1_000,
  firstPauseMs: 250,
  longestPauseMs: 5_000,
  refusedPauseMs: 30_000,
  handBackMs: 2_000,
  soundAfterMs: 20_000,
  openTimeoutMs: 10_000,
  keepaliveEveryMs: 10_000,
  maxBufferedBytes: 8 * 1024 * 1024,
  closeGraceMs: 2_000,
}
