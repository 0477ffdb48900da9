import type { Intent, MediaKind, Offer, UnfinishedUpload } from '@sluice/protocol'
import type { Message } from '../messages/message.ts'
import type { TransferRecord } from './sharing.ts'

/** Without a chat type until it is known whether the message goes to a room. */
export type PlannedIntent = Omit<Intent, 'chat'> & { readonly chat?: Intent['chat'] | undefined }

/** An upload as the store keeps it: all that a later run needs. */
export interface UploadRecord extends TransferRecord {
  readonly to: string
  readonly kind: MediaKind
  intent: PlannedIntent
  /** An image goes as it is, with the place where it was taken. */
  readonly keepsLocation?: boolean | undefined
  /** Where the file was; absent for a Blob, which does not outlive its process. */
  path?: string | undefined
  /** What was offered; absent until the file was opened. */
  file?: OfferedFile | undefined
  slot?: KnownSlot | undefined
  committed: number
  /** Lowercase hex, once known. */
  sha256?: string | undefined
  /** True once the gateway has the hash, or was never promised one. */
  hashIsOver: boolean
  /** The result, once done. */
  message?: Message | undefined
  /** What the gateway could not be told yet. */
  owes?: 'cancel' | 'discard' | 'sent' | undefined
}

/** Known by the upload id alone until this device has offered or resumed. */
export interface KnownSlot {
  readonly uploadId: string
  readonly uploadUrl?: string | undefined
  readonly getUrl?: string | undefined
  readonly token?: string | undefined
}

export interface OfferedFile {
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly mediaType: string
  readonly fingerprint?: string | undefined
}

/** The offer, always the same for a record but for its hash. */
export function offerOf(record: UploadRecord, file: OfferedFile): Offer {
  const { id, to, kind, sha256 } = record
  const intent = { ...record.intent, chat: record.intent.chat ?? 'chat' }
  const { name, size, mediaType, fingerprint } = file
  return {
    messageId: id,
    to,
    name,
    size,
    mediaType,
    kind,
    intent,
    hash: sha256 ?? 'later',
    ...(fingerprint !== undefined && { fingerprint }),
  }
}

/** The record of an upload that another device, or a forgotten run, began. */
export function recordOfListed({ offer, ...status }: UnfinishedUpload, now: number): UploadRecord {
  const { name, size, mediaType, fingerprint, hash } = offer
  return {
    id: offer.messageId,
    to: offer.to,
    kind: offer.kind,
    intent: offer.intent,
    createdAt: now,
    state: 'unfinished',
    file: { name, size, mediaType, fingerprint },
    slot: { uploadId: status.uploadId },
    committed: status.committed,
    hashIsOver: hash !== 'later',
    ...(hash !== undefined && hash !== 'later' && { sha256: hash }),
  }
}
