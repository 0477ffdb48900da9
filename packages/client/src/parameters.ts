import { MEDIA_KINDS, type MediaKind, prepareJid, Refusal } from '@sluice/protocol'
import { type FileInput, isFileHandle } from './transfers/file-source.ts'
import { TransferError } from './transfers/transfer-error.ts'

/** The bare JID in a parameter, prepared. Throws TransferError 400. */
export function jidParameter(value: unknown, name: string): string {
  try {
    if (typeof value === 'string' && value !== '') return prepareJid(value).bare
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
  throw badParameter(name)
}

/**
 * Whom a message is for, bare and prepared. Throws TransferError 400, also for an occupant of a held room: without the
 * nickname the whole room would read what was meant for one.
 */
export function recipientParameter(
  value: unknown,
  name: string,
  rooms: { holds(jid: string): boolean },
): string {
  const bare = jidParameter(value, name)
  if (String(value).includes('/') && rooms.holds(bare)) throw badParameter(name)
  return bare
}

/** Throws TransferError 400. */
export function textParameter(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw badParameter(name)
}

/** A path, a File, a Blob or a file handle. Throws TransferError 400. */
export function fileParameter(value: unknown): FileInput {
  if (value instanceof Blob || (typeof value === 'string' && value !== '')) return value
  if (isFileHandle(value)) return value
  throw badParameter('file')
}

/** Throws TransferError 400. */
export function kindParameter(value: unknown): MediaKind {
  const kind = MEDIA_KINDS.find((known) => known === value)
  if (kind) return kind
  throw badParameter('messageType')
}

export function badParameter(name: string): TransferError {
  const message = `${name} is not valid or required`
  return new TransferError({ code: 'bad_parameter', statusCode: 400, message, retryable: false })
}
