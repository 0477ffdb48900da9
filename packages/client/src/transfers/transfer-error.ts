import type { RefusalCode } from '@sluice/protocol'

/** Refusals of the gateway under their own codes, and what only a client can find. */
export type TransferErrorCode =
  | RefusalCode
  | 'file_required'
  | 'file_changed'
  | 'location_kept'
  | 'not_found'
  | 'already_completed'
  | 'already_failed'
  | 'bounced'
  | 'discarded'
  | 'not_logged_in'
  | 'disconnected'
  | 'store_busy'
  | 'storage_full'
  | 'unreachable'
  | 'refused'
  | 'insecure'
  | 'bad_parameter'
  | 'unsupported'
  | 'failed'

/** What the app is told: a text for people and a code for programs. */
export interface TransferFailure {
  readonly code: TransferErrorCode
  /** An HTTP status, whatever wire it came by. */
  readonly statusCode: number
  readonly message: string
  /** Whether a resume goes on; otherwise it gives the same error again. */
  readonly retryable: boolean
}

/** How a transfer fails, as `done` and the methods of a transfer reject. */
export class TransferError extends Error implements TransferFailure {
  override readonly name = 'TransferError'
  readonly code: TransferErrorCode
  readonly statusCode: number
  readonly retryable: boolean

  constructor(failure: TransferFailure, options?: ErrorOptions) {
    super(failure.message, options)
    this.code = failure.code
    this.statusCode = failure.statusCode
    this.retryable = failure.retryable
  }

  /** Plain data, for a store. */
  toJSON(): TransferFailure {
    const { code, statusCode, message, retryable } = this
    return { code, statusCode, message, retryable }
  }
}
