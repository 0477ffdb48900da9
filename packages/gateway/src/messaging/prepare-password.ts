import { saslprep } from '@mongodb-js/saslprep'
import { Refusal } from '@sluice/protocol'

const MAX_PASSWORD_BYTES = 1024

/** Prepares a password by SASLprep (RFC 4013), so that one typed on another keyboard still fits. Throws `bad-request`. */
export function preparePassword(text: string): string {
  // Before it is prepared as well, which takes time that may grow with the square of the length.
  if (text.length > MAX_PASSWORD_BYTES) throw tooLong()
  const password = prepared(text)
  if (password === '') throw refused('is empty')
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) throw tooLong()
  return password
}

function prepared(text: string): string {
  try {
    return saslprep(text)
  } catch {
    throw refused('holds a character that is not allowed')
  }
}

function tooLong(): Refusal {
  return refused(`is longer than ${MAX_PASSWORD_BYTES} bytes`)
}

function refused(reason: string): Refusal {
  return new Refusal('bad-request', { reason: `the password ${reason}` })
}
