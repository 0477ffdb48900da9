import type { MediaUrls } from '../transfer/media-urls.ts'

/** The addresses under which clients reach this gateway, made from its public URL. */
export class PublicAddresses implements MediaUrls {
  /** Without a trailing slash. */
  readonly url: string

  constructor(needs: { readonly publicUrl: string }) {
    this.url = needs.publicUrl
  }

  upload(uploadId: string): string {
    return `${this.url}/uploads/${uploadId}`
  }

  media(mediaId: string, name: string): string {
    return `${this.url}/media/${mediaId}/${encodeURIComponent(name)}`
  }

  slot(mediaId: string, name: string, token: string): string {
    return `${this.url}/slots/${mediaId}/${encodeURIComponent(name)}?token=${token}`
  }

  /** The RFC 7395 endpoint. */
  get websocket(): string {
    return `${this.url.replace(/^http/, 'ws')}/xmpp-websocket`
  }
}
