import type { TransferFailure } from '@sluice/client'

/** What people can make sense of; a code that is not here is told as the client tells it. */
const TEXTS: Partial<Record<TransferFailure['code'], string>> = {
  file_required: 'Choose the file again to go on where it stopped',
  file_changed: 'The file has changed since; choose the one that was sent',
  unreachable: 'The server cannot be reached',
  bounced: 'The message could not be delivered',
  'hash-mismatch': 'The file arrived damaged',
  'media-gone': 'The file is no longer available',
  'upload-expired': 'It took too long and has expired',
}

export function failureText({ code, message }: Pick<TransferFailure, 'code' | 'message'>): string {
  return TEXTS[code] ?? message
}
