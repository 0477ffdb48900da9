import { Refusal } from '@sluice/protocol'
import { TransferError } from '../transfers/transfer-error.ts'

/** What every call of the facade resolves with. */
export interface Res<T = unknown> {
  /** As in HTTP; 499: the transfer was cancelled before it ended. */
  readonly statusCode: number
  readonly message: string
  readonly data?: T
  /** Names the error for programs. */
  readonly code?: string
  /** Whether the same call may succeed later. */
  readonly retryable?: boolean
}

/** What an error is in the facade's terms. */
export function errorRes(error: unknown): Res<never> {
  if (error instanceof TransferError) {
    const { statusCode, message, code, retryable } = error
    return { statusCode, message, code, retryable }
  }
  if (error instanceof Refusal) {
    const { message, code, spelling } = error
    return { statusCode: spelling.status, message, code, retryable: spelling.retryable }
  }
  return { statusCode: 500, message: 'The client failed', code: 'failed', retryable: true }
}
