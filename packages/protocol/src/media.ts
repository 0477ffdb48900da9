import type { DeliveryState } from './delivery-state.ts'
import type { UploadState } from './upload-states.ts'

/** The manual's messageType of a media message. */
export const MEDIA_KINDS = ['image', 'audio', 'video', 'document', 'file'] as const
export type MediaKind = (typeof MEDIA_KINDS)[number]

/** Caption, metadata and the addresses of thumbnail and preview of an intent together, as UTF-8 JSON. */
export const INTENT_LIMIT_BYTES = 4096

/** A small image that stands in for the file until it is opened (XEP-0264). */
interface ThumbnailImage {
  readonly mediaType?: string | undefined
  /** Pixels. */
  readonly width?: number | undefined
  readonly height?: number | undefined
}

/** One that comes with the message: a data: or cid: URI. */
export interface Thumbnail extends ThumbnailImage {
  readonly uri: string
}

/** A larger one that is fetched from where the sender says. */
export interface Preview extends ThumbnailImage {
  readonly url: string
}

/** What is to be seen of an image, audio or video before it is opened. */
export interface Appearance {
  /** Pixels, as shown: turned as the file says. */
  readonly width?: number | undefined
  readonly height?: number | undefined
  /** Milliseconds. */
  readonly durationMs?: number | undefined
  readonly thumbnail?: Thumbnail | undefined
  readonly preview?: Preview | undefined
}

/** What the sender wants done with the upload; travels in the offer so that any device can finish it. */
export interface Intent {
  readonly chat: 'chat' | 'groupchat'
  readonly caption?: string | undefined
  /** Message id (in rooms: the room's stanza-id) that this answers (XEP-0461). */
  readonly replyTo?: string | undefined
  /** The app's own data, at most {@link INTENT_LIMIT_BYTES} as JSON together with the caption. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly appearance?: Appearance | undefined
}

/** A SHA-256, lowercase hex. */
export type Sha256Hex = string

/** `offer`: what a client is about to upload. Idempotent by owner and message id. */
export interface Offer {
  readonly messageId: string
  /** Bare JID of the person or room that the message goes to. */
  readonly to: string
  readonly name: string
  /** Bytes, 0 to 2^53 - 1. */
  readonly size: number
  readonly mediaType: string
  readonly kind: MediaKind
  /** Lowercase hex SHA-256 over the size and the digests of the first and the last MiB. */
  readonly fingerprint?: string | undefined
  /** The hash of the bytes; `later` when the client hands it over by repeating the offer. */
  readonly hash?: Sha256Hex | 'later' | undefined
  readonly intent: Intent
}

/** `slot`: the answer to `offer` and `resume`. */
export interface Slot {
  readonly uploadId: string
  /** Absent when no message will carry the upload. */
  readonly messageId?: string | undefined
  readonly uploadUrl: string
  readonly getUrl: string
  /** Bearer token for the upload URL; changes with each resume. */
  readonly token: string
  readonly state: UploadState
  /** Durable bytes: where to go on. */
  readonly committed: number
  readonly size: number
  readonly expiresAt: Date
}

/** State of one upload as `progress`, `cancelled`, `uploads` and the HTTP twins give it. */
export interface UploadStatus {
  readonly uploadId: string
  /** Absent when no message will carry the upload. */
  readonly messageId?: string | undefined
  readonly state: UploadState
  readonly committed: number
  /** Bytes that the gateway has read from the socket; ≥ committed, equal when no writer is at work. */
  readonly received: number
  readonly size: number
  readonly expiresAt: Date
  readonly endedReason?: 'hash-mismatch' | undefined
  readonly delivery?: DeliveryState | undefined
}

/** One of my unfinished uploads, with what another device needs to go on. */
export interface UnfinishedUpload extends UploadStatus {
  readonly offer: Offer
}

/** `locate`: where a complete media lies. */
export interface MediaLocation {
  readonly mediaId: string
  readonly url: string
  readonly name: string
  readonly size: number
  readonly mediaType: string
  readonly sha256?: Sha256Hex | undefined
}
