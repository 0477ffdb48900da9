/** How public addresses are made, from the gateway's public URL. */
export interface MediaUrls {
  /** Where the bytes of this upload go (tus). */
  upload(uploadId: string): string
  /** The link that a message carries; never rots, works once the upload is complete. */
  media(mediaId: string, name: string): string
  /** Where a plain PUT brings the bytes of this media; the token in it lets its holder do so (XEP-0363). */
  slot(mediaId: string, name: string, token: string): string
}
