import type { Appearance, MediaKind, Sha256Hex } from './media.ts'

/** A file as a message carries it (XEP-0066, 0446, 0447 and our own `<media/>`). */
export interface SharedMedia extends Appearance {
  /** The media service's id; absent when a foreign client sent the file. */
  readonly mediaId?: string | undefined
  readonly url: string
  readonly name?: string | undefined
  /** Bytes. */
  readonly size?: number | undefined
  readonly mediaType?: string | undefined
  readonly kind: MediaKind
  readonly sha256?: Sha256Hex | undefined
  readonly caption?: string | undefined
}

/** A chat message, of text or with media, as our clients send and read it. */
export interface ChatMessage {
  readonly id: string
  readonly from?: string | undefined
  readonly to: string
  readonly chat: 'chat' | 'groupchat'
  /** Text of a text message; for media the URL that foreign clients show is derived from `media.url`. */
  readonly text?: string | undefined
  readonly media?: SharedMedia | undefined
  /** XEP-0359 origin-id; equal to `id` in what we send. */
  readonly originId?: string | undefined
  /** XEP-0359 stanza-id that the room or server gave, with who gave it. */
  readonly stanzaIds?: readonly { id: string; by: string }[] | undefined
  /** XEP-0461: the answered message's id and, if known, its author. */
  readonly replyTo?: { id: string; to?: string | undefined } | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** XEP-0184. */
  readonly receiptRequested?: boolean | undefined
  /** XEP-0333: its sender wants to know when it was displayed. */
  readonly markable?: boolean | undefined
  /** XEP-0203: when it was sent, if the server held it back. */
  readonly delayedSince?: Date | undefined
}
