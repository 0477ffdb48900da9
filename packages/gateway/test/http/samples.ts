import type { Slot, UploadStatus } from '@sluice/protocol'

export const UPLOAD_ID = '4be0643f-1d98-573b-97cd-ca98a65347dd'

const EXPIRES = new Date('2026-03-08T12:00:00.500Z')

/** The slot of a plain tus upload. */
export const SLOT: Slot = {
  uploadId: UPLOAD_ID,
  uploadUrl: `https://gateway.example/uploads/${UPLOAD_ID}`,
  getUrl: 'https://gateway.example/media/m/file',
  token: 'slot-token',
  state: 'offered',
  committed: 0,
  size: 10,
  expiresAt: EXPIRES,
}

/** The same upload, with four of its ten bytes. */
export const STATUS: UploadStatus = {
  uploadId: UPLOAD_ID,
  state: 'paused',
  committed: 4,
  received: 4,
  size: 10,
  expiresAt: EXPIRES,
}

/** Headers of every tus request. */
export const TUS = { authorization: 'Bearer account-token', 'tus-resumable': '1.0.0' }
