import { Refusal } from '@sluice/protocol'
import type { TransferLimits } from './transfer-limits.ts'
import type { NewUpload, UploadLedger, UploadRecord } from './upload-ledger.ts'

const DAY_MS = 86_400_000

/**
 * Offers `upload` to the ledger, within its owner's daily quota if there is one. What is there already counts no second
 * time. Throws `over-quota` with the moment from when on there is room.
 */
export async function makeUpload(
  { ledger, limits }: { ledger: UploadLedger; limits: TransferLimits },
  upload: NewUpload,
): Promise<{ created: boolean; upload: UploadRecord }> {
  if (limits.dailyQuotaBytes === undefined) return await ledger.offer(upload)
  const outcome = await ledger.offerWithin({ bytes: limits.dailyQuotaBytes, windowMs: DAY_MS }, upload)
  if ('retryAt' in outcome) throw new Refusal('over-quota', { retryAt: outcome.retryAt.toISOString() })
  return outcome
}
