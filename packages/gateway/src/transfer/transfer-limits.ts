export interface TransferLimits {
  /** Largest upload taken, in bytes; no more than the quota. */
  readonly maxUploadBytes: number
  /** An unfinished upload ends this long after its last progress. */
  readonly unfinishedExpiryMs: number
  /** What one owner may offer or ask for within 24 hours, in bytes, whatever becomes of it. */
  readonly dailyQuotaBytes?: number | undefined
}
