/** How public addresses are made, from the gateway's public URL. */
export interface MediaUrls {
  /** Where the bytes of this upload go (tus). */
  upload(uploadId: string): string
  /** The link that a message carries; never rots, works once the upload is complete. */
  media(mediaId: string, name: string): string
}
