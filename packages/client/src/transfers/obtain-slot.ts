import type { Slot } from '@sluice/protocol'
import { untilAborted } from '../until-aborted.ts'
import { type Persistence, persistently } from './persistently.ts'
import { type OfferedFile, offerOf, type UploadRecord } from './upload-record.ts'
import type { UploadNeeds } from './upload-run.ts'

/**
 * Gets a fresh slot: by an offer the first time, by a resume afterwards. `onAsking` is given each offer that is
 * on its way, since a stop must cancel the slot that it brings, however late.
 */
export async function obtainSlot(
  { control }: UploadNeeds,
  record: UploadRecord,
  how: Persistence & { file: OfferedFile; onAsking: (offer: Promise<Slot>) => void },
): Promise<Slot> {
  const { signal, file } = how
  const known = record.slot
  if (known) {
    const online = known.token === undefined
    return persistently({ ...how, online }, () => control.resume(known, signal))
  }
  const slot = await persistently({ ...how, online: true }, () => {
    // Not by the run's signal: what it brings must be known even when nobody waits for it any more.
    const offer = control.offer(offerOf(record, file), new AbortController().signal)
    how.onAsking(offer)
    return untilAborted(offer, signal)
  })
  if (slot.state !== 'cancelled') return slot
  // Stopped in an earlier life of this message id, and sent again now.
  return persistently({ ...how, online: false }, () => control.resume(slot, signal))
}
