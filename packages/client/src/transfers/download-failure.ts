import { Refusal } from '@sluice/protocol'
import { TransferError, type TransferFailure } from './transfer-error.ts'
import { downloadTexts } from './transfer-texts.ts'
import { wireFailure } from './upload-failure.ts'

/** What the app is told when a download fails with this error. */
export function downloadFailure(id: string, error: unknown): TransferError {
  if (error instanceof TransferError) return error
  const texts = downloadTexts(id)
  if (!(error instanceof Refusal)) return new TransferError(wireFailure(error), { cause: error })
  const { code, spelling, message } = error
  const own: Record<string, string> = {
    'media-gone': texts.gone,
    'media-not-found': texts.notFound,
    'hash-mismatch': texts.hashMismatch,
  }
  const failure: TransferFailure = {
    code,
    statusCode: spelling.status,
    message: own[code] ?? message,
    retryable: spelling.retryable,
  }
  return new TransferError(failure, { cause: error })
}

/** What is said when a download cannot be stopped any more, or is not known. */
export function downloadRefusal(
  id: string,
  code: 'already_completed' | 'already_failed' | 'not_found',
): TransferError {
  const texts = downloadTexts(id)
  const [statusCode, message] = {
    already_completed: [409, texts.alreadyCompleted] as const,
    already_failed: [409, texts.alreadyFailed] as const,
    not_found: [404, texts.notFound] as const,
  }[code]
  return new TransferError({ code, statusCode, message, retryable: false })
}
