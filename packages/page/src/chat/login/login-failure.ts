import { TransferError } from '@sluice/client'

/** Why somebody did not get in, for people. */
export function loginFailure(error: unknown, { isNew }: { isNew: boolean }): string {
  if (!(error instanceof TransferError)) return (error as Error).message
  if (isNew && error.statusCode === 409) return 'This name is taken. Choose another one.'
  if (isNew && error.statusCode === 403)
    return 'New accounts are made by whoever runs this server; ask them for one.'
  if (error.statusCode === 401) return 'The name or the password is wrong.'
  if (error.statusCode === 400) return 'This is not a name for an account.'
  if (error.statusCode === 503) return 'The server cannot be reached. Try again in a moment.'
  return error.message
}
