import type { TransferRecord } from './sharing.ts'

/** A download as the store keeps it, beside its part. */
export interface DownloadRecord extends TransferRecord {
  /** Absent until it was looked up. */
  file?: DownloadedFile | undefined
  /** Of the bytes in the part; they may only be gone on with under the same one. */
  etag?: string | undefined
}

/** What is known of a file before its bytes are here. */
export interface DownloadedFile {
  readonly url: string
  readonly name: string
  readonly mediaType: string
  /** Bytes, if the sender said. */
  readonly size?: number | undefined
  /** Lowercase hex, if the sender said. */
  readonly sha256?: string | undefined
}
