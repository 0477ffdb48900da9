export interface TransferLimits {
  /** Largest upload taken, in bytes. */
  readonly maxUploadBytes: number
  /** An unfinished upload ends this long after its last progress. */
  readonly unfinishedExpiryMs: number
}
