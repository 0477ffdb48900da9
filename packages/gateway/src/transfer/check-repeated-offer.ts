import { type Offer, Refusal } from '@sluice/protocol'
import type { OfferedFile } from './checked-file.ts'
import type { UploadRecord } from './upload-ledger.ts'

/**
 * Holds a repeated offer against the upload made by the first one: two sources are never spliced (LEDGER rule 3).
 * Throws `upload-differs` with the first field that differs. A hash where the first offer said `later` is handed
 * over, which only the ledger can decide: answers it.
 */
export function checkRepeatedOffer(
  upload: UploadRecord,
  offer: Offer,
  file: OfferedFile,
): { handOver?: string } {
  const { delivery, media } = upload
  const same: Record<string, boolean> = {
    size: upload.size === file.size,
    type: media.type === file.mediaType,
    name: media.name === file.name,
    recipient: delivery?.to === offer.to,
    // Only a difference between two that were given says that the file is another one.
    fingerprint: [undefined, delivery?.fingerprint].includes(offer.fingerprint) || !delivery?.fingerprint,
    hash: sameHash(upload, offer.hash),
  }
  for (const [field, equal] of Object.entries(same)) if (!equal) throw differs(field)
  const handsOver = upload.hash === 'later' && offer.hash !== undefined && offer.hash !== 'later'
  return handsOver ? { handOver: offer.hash } : {}
}

export function differs(field: string): Refusal {
  return new Refusal('upload-differs', { field })
}

function sameHash({ hash, sha256 }: UploadRecord, offered: Offer['hash']): boolean {
  if (hash === 'none' || offered === undefined) return hash === 'none' && offered === undefined
  return hash === 'later' || offered === 'later' || offered === sha256
}
