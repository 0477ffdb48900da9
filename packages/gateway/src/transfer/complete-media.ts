import { Refusal } from '@sluice/protocol'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'

/** The upload behind a link. Throws media-not-found, also while it is incomplete; media-gone once it is deleted or expired. */
export async function completeMedia(ledger: UploadLedger, mediaId: string): Promise<UploadRecord> {
  const upload = await ledger.findByMedia(mediaId)
  if (upload?.state === 'deleted' || upload?.state === 'expired') throw new Refusal('media-gone')
  if (upload?.state !== 'complete') throw new Refusal('media-not-found')
  return upload
}
