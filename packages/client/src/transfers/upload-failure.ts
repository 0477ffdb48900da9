import { Refusal } from '@sluice/protocol'
import { Bounced } from '../messages/bounced.ts'
import { StorageFull } from '../persistence/store.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { Unreachable } from '../unreachable.ts'
import { FileMissing } from './file-source.ts'
import { TransferError, type TransferFailure } from './transfer-error.ts'
import { uploadTexts } from './transfer-texts.ts'

/** What the app is told when an upload fails with this error. */
export function uploadFailure(id: string, error: unknown): TransferError {
  if (error instanceof TransferError) return error
  return new TransferError(failureOf(id, error), { cause: error })
}

/** As `wireFailure`, for what has no transfer. */
export function asTransferError(error: unknown): TransferError {
  return error instanceof TransferError ? error : new TransferError(wireFailure(error), { cause: error })
}

function failureOf(id: string, error: unknown): TransferFailure {
  const texts = uploadTexts(id)
  if (error instanceof Refusal) return refused(error, texts)
  if (error instanceof FileMissing)
    return { code: 'file_required', statusCode: 412, message: texts.needed, retryable: true }
  return wireFailure(error)
}

/** What uploads and downloads have in common. */
export function wireFailure(error: unknown): TransferFailure {
  if (error instanceof Bounced) {
    const message = `The message came back: ${error.message}`
    return { code: 'bounced', statusCode: error.statusCode, message, retryable: true }
  }
  if (error instanceof StanzaRefused) {
    const { statusCode, message, retryable } = error
    return { code: 'refused', statusCode, message, retryable }
  }
  if (error instanceof StorageFull) {
    const message = 'There is no room for more bytes on this device'
    return { code: 'storage_full', statusCode: 507, message, retryable: true }
  }
  // The patience of a call that gives up by itself (AbortSignal.timeout) ends so.
  const gaveUp = error instanceof DOMException && error.name === 'TimeoutError'
  if (error instanceof Unreachable || gaveUp)
    return { code: 'unreachable', statusCode: 503, message: 'The gateway cannot be reached', retryable: true }
  return { code: 'failed', statusCode: 500, message: 'The client failed', retryable: true }
}

const OWN_TEXT = {
  'upload-expired': 'expired',
  'hash-mismatch': 'hashMismatch',
  'upload-not-found': 'notFound',
  'upload-discarded': 'gone',
} as const satisfies Record<string, keyof ReturnType<typeof uploadTexts>>

// A resume gets a new grant, so it goes on where a retry must not.
const RESUMABLE: readonly string[] = ['overtaken', 'not-authorized']

function refused(refusal: Refusal, texts: ReturnType<typeof uploadTexts>): TransferFailure {
  const { code, spelling, message } = refusal
  return {
    code,
    statusCode: spelling.status,
    message: code in OWN_TEXT ? texts[OWN_TEXT[code as keyof typeof OWN_TEXT]] : message,
    retryable: spelling.retryable || RESUMABLE.includes(code),
  }
}
