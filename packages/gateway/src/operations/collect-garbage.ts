import type { BlobStore } from '../transfer/blob-store.ts'
import type { Clock } from '../transfer/clock.ts'
import type { UploadLedger } from '../transfer/upload-ledger.ts'
import { type StoredObject, unknownObjects } from './unknown-objects.ts'

const HOUR_MS = 3_600_000

interface Garbage {
  readonly objects: number
  readonly bytes: number
}

type GarbageNeeds = {
  readonly ledger: Pick<UploadLedger, 'known'>
  readonly store: Pick<BlobStore, 'list' | 'remove'>
  readonly clock: Pick<Clock, 'now'>
  readonly minAgeMs?: number
}

/** Removes objects that the ledger doesn't know: what sweeps left because their own record was lost. (I6) */
export class CollectGarbage {
  readonly #needs: GarbageNeeds

  /** `minAgeMs`: younger objects may yet be committed; far more than a PUT may take. Default an hour. */
  constructor(needs: GarbageNeeds) {
    this.#needs = needs
  }

  /** `dryRun` only tells; `onFound` hears of each object before it goes. */
  async run({
    dryRun,
    onFound,
    signal,
  }: {
    dryRun: boolean
    onFound(object: StoredObject): void
    signal?: AbortSignal | undefined
  }): Promise<Garbage> {
    const { ledger, store, clock, minAgeMs = HOUR_MS } = this.#needs
    let objects = 0
    let bytes = 0
    for await (const group of unknownObjects({ ledger, store, now: clock.now(), minAgeMs, signal })) {
      for (const object of group) {
        onFound(object)
        objects++
        bytes += object.length
      }
      if (!dryRun) await store.remove(group.map(({ key }) => key))
    }
    return { objects, bytes }
  }
}
