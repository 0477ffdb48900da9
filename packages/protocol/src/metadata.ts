import { jsonText } from './json-text.ts'
import { malformed } from './malformed.ts'
import { INTENT_LIMIT_BYTES, type Intent } from './media.ts'
import { NS } from './namespaces.ts'
import { Refusal } from './refusals.ts'
import { utf8Length } from './utf8-length.ts'
import { element, type XmlElement } from './xml.ts'

type Metadata = NonNullable<Intent['metadata']>

/** The app's own data as `<metadata/>`, which holds a JSON object. Throws `bad-request` when it is none. */
export function encodeMetadata(metadata: Metadata | undefined): XmlElement | undefined {
  if (!metadata) return undefined
  const text = jsonText(metadata, 'metadata')
  // A toJSON may make anything of it.
  jsonObject(JSON.parse(text))
  return element('metadata', { xmlns: NS.media }, text)
}

/** The app's own data in this offer or message. Throws `bad-request` unless it is a JSON object of at most 4 KiB. */
export function decodeMetadata(parent: XmlElement): Metadata | undefined {
  const text = parent.getChild('metadata', NS.media)?.getText()
  if (text === undefined) return undefined
  if (utf8Length(text) > INTENT_LIMIT_BYTES) throw tooLong()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw malformed('metadata', 'JSON')
  }
  return jsonObject(value)
}

function jsonObject(value: unknown): Metadata {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('metadata', 'a JSON object')
  }
  return value as Metadata
}

/** Throws `bad-request` when the texts of an intent are no JSON or, together, over the limit. */
export function checkIntentSize({ caption, metadata, appearance }: Omit<Intent, 'chat'>): void {
  const thumbnail = appearance?.thumbnail?.uri
  const preview = appearance?.preview?.url
  const text = jsonText({ caption, metadata, thumbnail, preview }, 'metadata')
  if (utf8Length(text) > INTENT_LIMIT_BYTES) throw tooLong()
}

function tooLong(): Refusal {
  return new Refusal('bad-request', {
    reason: `caption and metadata are longer than ${INTENT_LIMIT_BYTES} bytes`,
  })
}
