import type { BlobStore } from '../transfer/blob-store.ts'
import type { UploadLedger } from '../transfer/upload-ledger.ts'

const GROUP = 1000
const CHUNK_KEY = /^[0-9a-f-]{36}\/\d+-[0-9a-f]+(\.part)?$/

export interface StoredObject {
  readonly key: string
  /** Bytes. */
  readonly length: number
}

/**
 * Objects that the ledger doesn't know and that are older than `minAgeMs`: a younger one may be a chunk about to be
 * committed. Keys that are not of our form are passed over: the bucket may be shared. At most 1000 at a time.
 */
export async function* unknownObjects(needs: {
  readonly ledger: Pick<UploadLedger, 'known'>
  readonly store: Pick<BlobStore, 'list'>
  readonly now: Date
  readonly minAgeMs: number
  readonly signal?: AbortSignal | undefined
}): AsyncGenerator<StoredObject[]> {
  const { ledger, store, now, minAgeMs, signal } = needs
  let group: StoredObject[] = []
  const unknown = async () => {
    const known = await ledger.known(group.map(({ key }) => key))
    return group.filter(({ key }) => !known.has(key))
  }
  for await (const object of store.list('')) {
    signal?.throwIfAborted()
    const ageMs = now.getTime() - object.modifiedAt.getTime()
    if (ageMs < minAgeMs || !CHUNK_KEY.test(object.key)) continue
    group.push(object)
    if (group.length < GROUP) continue
    yield await unknown()
    group = []
  }
  if (group.length > 0) yield await unknown()
}
