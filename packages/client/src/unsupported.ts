import { TransferError } from './transfers/transfer-error.ts'

/** What is asked for cannot be had on this platform. */
export function unsupported(what: string): TransferError {
  const message = `${what} is not supported here`
  return new TransferError({ code: 'unsupported', statusCode: 501, message, retryable: false })
}
