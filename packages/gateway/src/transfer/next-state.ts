import { nextUploadState, type Refusal, type UploadEvent, type UploadState } from '@sluice/protocol'
import type { UploadRecord } from './upload-ledger.ts'

/** What the table says to `event`. The database's time decides whether it comes too late: clocks of nodes differ. */
export function nextState(upload: UploadRecord, event: UploadEvent): UploadState | Refusal {
  const { expiresAt, overdue } = upload
  return nextUploadState(upload, event, overdue ? expiresAt : new Date(expiresAt.getTime() - 1))
}
