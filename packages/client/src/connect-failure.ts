import { StoreBusy } from './persistence/store.ts'
import { ConnectError } from './session/connection.ts'
import { TransferError } from './transfers/transfer-error.ts'
import { Unreachable } from './unreachable.ts'

const STATUS = {
  'not-authorized': 401,
  'not-allowed': 403,
  insecure: 403,
  'not-acceptable': 406,
  conflict: 409,
  unreachable: 503,
} as const satisfies Record<ConnectError['reason'], number>

/** What the app is told when nobody could be logged in; what is no such failure as it is. */
export function connectFailure(error: unknown): unknown {
  const { message } = error as Error
  if (error instanceof StoreBusy)
    return new TransferError({ code: 'store_busy', statusCode: 409, message, retryable: true })
  if (error instanceof Unreachable)
    return new TransferError(
      { code: 'unreachable', statusCode: 503, message, retryable: true },
      { cause: error },
    )
  if (!(error instanceof ConnectError)) return error
  const statusCode = STATUS[error.reason]
  const { reason } = error
  const retryable = reason === 'unreachable'
  const code = retryable || reason === 'insecure' ? reason : 'refused'
  return new TransferError({ code, statusCode, message, retryable }, { cause: error })
}

/** The same promise, in the terms of `connectFailure`. */
export function orFailure<T>(promise: Promise<T>): Promise<T> {
  return promise.catch((error: unknown) => {
    throw connectFailure(error)
  })
}
