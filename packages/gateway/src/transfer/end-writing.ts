import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import { retry } from './retry.ts'
import type { Commit, UploadLedger } from './upload-ledger.ts'

const END_RETRY_MS = 30_000

/**
 * Tells the ledger that the writer of `epoch` is gone. When somebody else ended it first, there is nothing to do; when
 * the ledger cannot be reached for 30 s, the row keeps a writer that answers nobody, and the next one fences it.
 */
export async function endWriting(
  needs: { ledger: UploadLedger; clock: Clock; logger: Logger },
  id: string,
  epoch: number,
  to: Commit['state'],
): Promise<void> {
  const { ledger, clock, logger } = needs
  const onFailure = (error: unknown) =>
    logger.warn({ err: error, uploadId: id }, 'ending a writer failed, retrying')
  try {
    await retry({ clock, forMs: END_RETRY_MS, onFailure }, () =>
      ledger.fence({ id, epoch, from: 'receiving', to, newGrant: false }),
    )
  } catch (error) {
    logger.error({ err: error, uploadId: id }, 'a writer could not be ended in the ledger')
  }
}
