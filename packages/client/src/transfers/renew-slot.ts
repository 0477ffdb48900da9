import { Refusal } from '@sluice/protocol'
import { claimOf } from '../claim-of.ts'
import { FileMissing } from './file-source.ts'
import { persistently } from './persistently.ts'
import { takeSlot } from './take-slot.ts'
import { offerOf } from './upload-record.ts'
import { StoppedElsewhere, type UploadRun } from './upload-run.ts'

/** Whether a slot's token does not do any more; it lives as long as an upload without progress would. */
export function isUnauthorised(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'not-authorized'
}

/**
 * Gets the slot a new token in mid-upload, by the offer again: the account vouches for that, and unlike a resume it undoes
 * no cancel and takes nothing from another device. Rejects with what stands in the way.
 */
export async function renewSlot(run: UploadRun): Promise<void> {
  const { needs, record, retry, signal } = run
  const { file, slot: known } = record
  if (!file || !known) throw new FileMissing('There is no file')
  const { hash, ...withoutHash } = offerOf(record, file)
  // One that never promised a hash is another offer with it.
  const offer = record.hashIsOver && hash === 'later' ? withoutHash : { ...withoutHash, hash }
  const slot = await persistently({ ...retry, online: true }, () => needs.control.offer(offer, signal))
  if (slot.uploadId !== known.uploadId) {
    // It had expired, and this is the beginning of another one.
    await needs.control.discard(slot, signal).catch(() => {})
    throw new Refusal('upload-expired')
  }
  if (slot.state === 'cancelled') throw new StoppedElsewhere('Cancelled from elsewhere')
  const isFull = slot.state === 'verifying' || slot.state === 'complete'
  // A grant is raised by who goes on elsewhere; with the new one we would be fighting for the rest.
  if (!isFull && claimOf(slot.token, 'grant') !== claimOf(known.token, 'grant'))
    throw new Refusal('overtaken')
  takeSlot(run, slot)
  await run.save()
}
