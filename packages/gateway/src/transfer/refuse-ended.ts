import { Refusal } from '@sluice/protocol'
import { nextState } from './next-state.ts'
import type { UploadRecord } from './upload-ledger.ts'

/**
 * Throws what the table says to someone who wants to go on with an upload that ended: upload-discarded, hash-mismatch,
 * upload-expired, media-gone.
 */
export function refuseEnded(upload: UploadRecord): void {
  const goOn = nextState(upload, 'resume')
  if (goOn instanceof Refusal) throw goOn
}
