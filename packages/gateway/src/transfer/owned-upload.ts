import { Refusal } from '@sluice/protocol'
import type { Principal } from './principal.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'

/**
 * The upload, if it is this principal's. Another owner's, and one that a slot's token does not speak for, look
 * exactly like one that never was: throws `upload-not-found`.
 */
export async function ownedUpload(
  ledger: UploadLedger,
  principal: Principal,
  uploadId: string,
): Promise<UploadRecord> {
  const { owner, grant } = principal
  const upload = grant && grant.uploadId !== uploadId ? undefined : await ledger.find(uploadId)
  if (upload?.owner !== owner) throw new Refusal('upload-not-found')
  return upload
}

/** True when the slot's token was given before the last cancel or resume: it may look, but not write. (I4) */
export function isOutdated(principal: Principal, upload: UploadRecord): boolean {
  return principal.grant !== undefined && principal.grant.grantNo !== upload.grantNo
}

/** Throws `upload-cancelled` or `overtaken` on an outdated grant. */
export function refuseOutdated(principal: Principal, upload: UploadRecord): void {
  if (isOutdated(principal, upload)) {
    throw new Refusal(upload.state === 'cancelled' ? 'upload-cancelled' : 'overtaken')
  }
}

/** Throws `forbidden` when a slot's token, which speaks for one upload, asks for something of the account. */
export function refuseGrant(principal: Principal): void {
  if (principal.grant) throw new Refusal('forbidden')
}
