import { TransferError } from './transfer-error.ts'
import { uploadTexts } from './transfer-texts.ts'

/** What is said to who stops a finished upload. */
export function alreadyCompleted(id: string): TransferError {
  const message = uploadTexts(id).alreadyCompleted
  return new TransferError({ code: 'already_completed', statusCode: 409, message, retryable: false })
}

/** What is said to who stops a failed upload. */
export function alreadyFailed(id: string): TransferError {
  const message = uploadTexts(id).alreadyFailed
  return new TransferError({ code: 'already_failed', statusCode: 409, message, retryable: false })
}

export function uploadNotFound(id: string): TransferError {
  const message = uploadTexts(id).notFound
  return new TransferError({ code: 'not_found', statusCode: 404, message, retryable: false })
}

/** How `done` rejects when the upload is discarded. */
export function uploadDiscarded(id: string): TransferError {
  const message = uploadTexts(id).gone
  return new TransferError({ code: 'discarded', statusCode: 410, message, retryable: false })
}
