/** A complete media, ready to be read any number of times, also in parts. */
export interface OpenMedia {
  readonly mediaId: string
  readonly name: string
  readonly mediaType: string
  /** Bytes. */
  readonly size: number
  /** Strong and quoted (RFC 9110 §8.8.3): the bytes under a media id never change. */
  readonly etag: string
  readonly modifiedAt: Date
  /** Lowercase hex. */
  readonly sha256?: string | undefined
  /**
   * Streams the bytes [start, stop), 0 ≤ start ≤ stop ≤ size. Rejects in mid-stream when the store cannot give
   * them; the consumer must then break its response off, never end it.
   */
  read(start: number, stop: number, signal?: AbortSignal): AsyncIterable<Uint8Array>
}
