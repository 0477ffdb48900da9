import type { UploadStatus } from '@sluice/protocol'
import type { UploadRecord } from './upload-ledger.ts'

/** `received`: the offset that a writer of this process has read to, if one is at work. */
export function statusOf(upload: UploadRecord, received?: number): UploadStatus {
  return {
    uploadId: upload.id,
    messageId: upload.messageId,
    state: upload.state,
    committed: upload.committed,
    received: Math.max(upload.committed, received ?? 0),
    size: upload.size,
    expiresAt: upload.expiresAt,
    endedReason: upload.endedReason,
    delivery: upload.delivery?.state,
  }
}
