import type { BlobStore } from '../transfer/blob-store.ts'
import type { Logger } from '../transfer/logger.ts'
import type { UploadLedger } from '../transfer/upload-ledger.ts'

/** Asks the database and the store whether they answer, each until `signal` aborts; what failed goes to the log. */
export function readiness(needs: {
  readonly ledger: Pick<UploadLedger, 'check'>
  readonly store: Pick<BlobStore, 'check'>
  readonly logger: Logger
}): (signal: AbortSignal) => Promise<Readonly<Record<string, boolean>>> {
  const { ledger, store, logger } = needs
  return async (signal) => {
    const answers = async (dependency: string, check: () => Promise<void>): Promise<boolean> => {
      try {
        await inTime(check(), signal)
        return true
      } catch (err) {
        logger.warn({ err, dependency }, 'not ready')
        return false
      }
    }
    const [database, objects] = await Promise.all([
      answers('database', () => ledger.check()),
      answers('store', () => store.check(signal)),
    ])
    return { database, store: objects }
  }
}

/** Settles as `work` does, or rejects when `signal` aborts first. */
function inTime(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
