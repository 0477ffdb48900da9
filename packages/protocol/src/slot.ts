import { dateField, idField, oneOf, sizeField, tokenField, urlField } from './field.ts'
import { malformed } from './malformed.ts'
import type { Slot } from './media.ts'
import { NS } from './namespaces.ts'
import {
  fromAttributes,
  fromJson,
  optional,
  type RecordShape,
  required,
  toAttributes,
  toJson,
} from './record.ts'
import { UPLOAD_STATES } from './upload-states.ts'
import { element, type XmlElement } from './xml.ts'

const SLOT: RecordShape<Slot> = {
  uploadId: required('upload', idField),
  messageId: optional('message', idField),
  uploadUrl: required('upload-url', urlField),
  getUrl: required('get-url', urlField),
  token: required('token', tokenField),
  state: required('state', oneOf(UPLOAD_STATES)),
  committed: required('committed', sizeField),
  size: required('size', sizeField),
  expiresAt: required('expires', dateField),
}

/** `<slot/>`, the result of `offer` and `resume`. */
export function encodeSlot(slot: Slot): XmlElement {
  return element('slot', { xmlns: NS.media, ...toAttributes(SLOT, slot) })
}

/** Throws `bad-request` or `bad-size`. */
export function decodeSlot(slot: XmlElement): Slot {
  if (!slot.is('slot', NS.media)) throw malformed('the payload', 'a slot')
  return fromAttributes(SLOT, slot)
}

/** The JSON body of `POST /uploads/<id>/resume`'s answer. */
export function slotJson(slot: Slot): Record<string, string | number> {
  return toJson(SLOT, slot)
}

/** Throws `bad-request` or `bad-size`. */
export function slotFromJson(body: unknown): Slot {
  return fromJson(SLOT, body)
}
