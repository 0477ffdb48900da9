// Apart from the machine, so that who only reads them need not carry it.
export const UPLOAD_STATES = [
  'offered',
  'receiving',
  'paused',
  'cancelled',
  'verifying',
  'complete',
  'deleted',
  'discarded',
  'expired',
] as const
export type UploadState = (typeof UPLOAD_STATES)[number]
