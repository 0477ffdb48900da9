import type { Clock } from './clock.ts'
import type { NodeSignals } from './node-signals.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'

// A signal may be lost, so the ledger is asked every now and then.
const POLL_MS = 1_000

/**
 * Waits until an upload has left `verifying`, for at most `ms`, and answers it as it then is. Does not wait for one that
 * lacks the hash its client still owes: only the client can end that.
 */
export async function settledUpload(
  needs: { ledger: UploadLedger; signals: NodeSignals; clock: Clock },
  seen: UploadRecord,
  ms: number,
  signal?: AbortSignal,
): Promise<UploadRecord> {
  const { ledger, signals, clock } = needs
  const until = clock.now().getTime() + ms
  let upload = seen
  let changed = new AbortController()
  const stopListening = signals.onChange((change) => {
    if (change.uploadId === seen.id && change.kind === 'state') changed.abort()
  })
  try {
    while (upload.state === 'verifying' && upload.hash === 'known' && !signal?.aborted) {
      const left = until - clock.now().getTime()
      if (left <= 0) break
      await clock.sleep(
        Math.min(left, POLL_MS),
        signal ? AbortSignal.any([signal, changed.signal]) : changed.signal,
      )
      changed = new AbortController()
      upload = (await ledger.find(seen.id)) ?? upload
    }
    return upload
  } finally {
    stopListening()
  }
}
