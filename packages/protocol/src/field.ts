import { checkFileName } from './file-name.ts'
import { prepareJid } from './jid.ts'
import { malformed } from './malformed.ts'
import type { Sha256Hex } from './media.ts'
import { checkMediaType } from './media-type.ts'
import { Refusal } from './refusals.ts'

// Node and browsers have it; the types of neither belong here.
declare const URL: { canParse(text: string): boolean }

/** Reads one value from its text in an attribute or in JSON. Throws {@link Refusal} and nothing else. */
export interface Field<T> {
  readonly json: 'string' | 'number'
  parse(text: string, name: string): T
}

function matching(pattern: RegExp, expected: string): Field<string> {
  return {
    json: 'string',
    parse(text, name) {
      if (!pattern.test(text)) throw malformed(name, expected)
      return text
    },
  }
}

/** An id that somebody gave: an upload's, a message's, a media's. */
export const idField = matching(
  /^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]{1,255}$/u,
  '1 to 255 characters without control characters',
)

export const hashField: Field<Sha256Hex> = matching(/^[0-9a-f]{64}$/, 'a SHA-256 in lowercase hex')

const webUrl = matching(/^https?:\/\/[^\s\p{Cc}\p{Cs}]{1,4000}$/iu, 'an http or https URL')

export const urlField: Field<string> = {
  json: 'string',
  parse(text, name) {
    if (URL.canParse(webUrl.parse(text, name))) return text
    throw malformed(name, 'an http or https URL')
  },
}

/** A bearer token (RFC 6750 §2.1 b64token). */
export const tokenField = matching(/^[\w.~+/-]{1,4096}=*$/, 'a bearer token')

export const mediaTypeField: Field<string> = { json: 'string', parse: checkMediaType }

export const fileNameField: Field<string> = { json: 'string', parse: checkFileName }

export const bareJidField: Field<string> = {
  json: 'string',
  parse(text, name) {
    const { bare, resource } = prepareJid(text)
    if (resource !== undefined) throw new Refusal('bad-jid', { reason: `${name} must have no resource` })
    return bare
  },
}

/** Bytes: a whole number from 0 to 2^53 - 1, in canonical decimals. */
export const sizeField: Field<number> = {
  json: 'number',
  parse(text, name) {
    const size = Number(text)
    if (!Number.isSafeInteger(size) || size < 0 || String(size) !== text) {
      throw new Refusal('bad-size', { field: name })
    }
    return size
  },
}

/** A moment, as `Date.prototype.toISOString` spells it. */
export const dateField: Field<Date> = {
  json: 'string',
  parse(text, name) {
    const date = new Date(text)
    if (Number.isNaN(date.getTime()) || date.toISOString() !== text) {
      throw malformed(name, 'an ISO 8601 date in UTC')
    }
    return date
  },
}

export function oneOf<const T extends string>(values: readonly T[]): Field<T> {
  return {
    json: 'string',
    parse(text, name) {
      const found = values.find((value) => value === text)
      if (found === undefined) throw malformed(name, `one of ${values.join(', ')}`)
      return found
    },
  }
}
