import { Refusal } from '@sluice/protocol'
import { isTransient } from './persistently.ts'
import type { UploadRecord } from './upload-record.ts'
import type { UploadNeeds } from './upload-run.ts'

/**
 * Tells the gateway what the record owes it: that its owner stopped, discarded or sent it. Answers the refusal, if
 * it refused. What nobody could be told stays owed. Never rejects.
 */
export async function settleDebt(
  { control, store, log }: UploadNeeds,
  record: UploadRecord,
  signal: AbortSignal,
): Promise<Error | undefined> {
  const { owes, slot } = record
  if (owes === undefined) return undefined
  let refusal: Error | undefined
  try {
    if (slot && owes === 'cancel') record.committed = (await control.cancel(slot, signal)).committed
    else if (owes === 'discard') {
      if (slot) await control.discard(slot, signal)
      await control.takeBack({ preview: record.intent.appearance?.preview }, signal)
    } else if (slot && owes === 'sent') await control.confirmSent(slot, signal)
  } catch (error) {
    if (!(error instanceof Error) || signal.aborted || isTransient(error)) {
      log('warn', 'the gateway could not be told', { id: record.id, owes, error })
      return undefined
    }
    // An upload that is gone needs no more to be told; anything else is for the caller to judge.
    if (!(error instanceof Refusal)) log('error', 'the gateway refused', { id: record.id, owes, error })
    refusal = error
  }
  // Something newer is owed by now, and is told next.
  if (record.owes !== owes) return refusal
  record.owes = undefined
  try {
    if (owes === 'discard') await store.delete('uploads', record.id)
    else await store.put('uploads', record.id, record)
  } catch (error) {
    log('error', 'the store does not take an entry', { id: record.id, error })
  }
  return refusal
}
