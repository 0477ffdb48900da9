import { checkFileName, Refusal } from '@sluice/protocol'
import { mediaTypeOf } from './media-type.ts'

/** What tus clients say of the file itself, besides its length. */
export interface UploadMetadata {
  readonly name: string
  readonly type: string
}

/**
 * Reads tus 1.0.0 `Upload-Metadata`: `key base64, key base64, …`, keys unique, values strict base64 of UTF-8.
 * tus-js-client's habit is `filename` and `filetype`, uppy's `name` and `type`; other keys are checked for their
 * form only. Throws `bad-request`, and `bad-name` for a file name that is none.
 */
export function readUploadMetadata(header: string | undefined): UploadMetadata {
  const values = pairs(header ?? '')
  const name = values.get('filename') ?? values.get('name')
  return {
    name: name === undefined ? 'file' : checkFileName(name()),
    type: mediaTypeOf((values.get('filetype') ?? values.get('type'))?.()),
  }
}

function pairs(header: string): Map<string, () => string> {
  const values = new Map<string, () => string>()
  if (header.trim() === '') return values
  for (const pair of header.split(',')) {
    const [key = '', encoded = '', ...more] = pair.trim().split(' ')
    if (key === '' || more.length > 0) throw malformed('a pair is not a key and a value')
    if (values.has(key)) throw malformed(`the key ${key} comes twice`)
    const bytes = decodeBase64(encoded)
    // Keys of an app's own may hold any bytes, so text is made of a value only when it is wanted as text.
    values.set(key, () => decodeUtf8(bytes))
  }
  return values
}

function decodeBase64(encoded: string): Buffer {
  const bytes = Buffer.from(encoded, 'base64')
  // Buffer skips what it does not know; only what encodes back to itself was base64 (RFC 4648 §3.5).
  if (bytes.toString('base64') !== encoded) throw malformed('a value is not base64')
  return bytes
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw malformed('a value is not UTF-8')
  }
}

function malformed(what: string): Refusal {
  return new Refusal('bad-request', { reason: `in Upload-Metadata ${what}` })
}
