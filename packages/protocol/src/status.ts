import { DELIVERY_STATES } from './delivery-state.ts'
import { dateField, idField, oneOf, sizeField } from './field.ts'
import { malformed } from './malformed.ts'
import type { UploadStatus } from './media.ts'
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

const STATUS: RecordShape<UploadStatus> = {
  uploadId: required('upload', idField),
  messageId: optional('message', idField),
  state: required('state', oneOf(UPLOAD_STATES)),
  committed: required('committed', sizeField),
  received: required('received', sizeField),
  size: required('size', sizeField),
  expiresAt: required('expires', dateField),
  endedReason: optional('ended', oneOf(['hash-mismatch'])),
  delivery: optional('delivery', oneOf(DELIVERY_STATES)),
}

type StatusName = 'progress' | 'cancelled' | 'discarded' | 'upload'

/** The status as attributes of the element of this name. */
export function statusElement(name: StatusName, status: UploadStatus, ...children: XmlElement[]): XmlElement {
  return element(name, { xmlns: NS.media, ...toAttributes(STATUS, status) }, ...children)
}

/** Reads a status from an element of one of these names. Throws `bad-request` or `bad-size`. */
export function readStatus(names: readonly StatusName[], status: XmlElement): UploadStatus {
  if (!names.some((name) => status.is(name, NS.media))) throw malformed('the payload', names.join(' or '))
  return fromAttributes(STATUS, status)
}

/** `<cancelled/>` or `<discarded/>`, the result of `cancel` or `discard`. */
export function encodeStatus(name: 'cancelled' | 'discarded', status: UploadStatus): XmlElement {
  return statusElement(name, status)
}

/** Throws `bad-request` or `bad-size`. */
export function decodeStatus(status: XmlElement): UploadStatus {
  return readStatus(['cancelled', 'discarded'], status)
}

/** `<progress/>`, the payload of {@link progressMessage}. */
export function encodeProgress(status: UploadStatus): XmlElement {
  return statusElement('progress', status)
}

/** Throws `bad-request` or `bad-size`. */
export function decodeProgress(progress: XmlElement): UploadStatus {
  return readStatus(['progress'], progress)
}

/**
 * The headline message that tells progress to one device. Neither stored nor carbon-copied: to a device that
 * is gone it is worth nothing (RFC 6121 §8.5.3.2.1, XEP-0334).
 */
export function progressMessage({
  to,
  from,
  status,
}: {
  /** Full JID that offered or resumed. */
  to: string
  /** JID of the media service. */
  from: string
  status: UploadStatus
}): XmlElement {
  return element(
    'message',
    { type: 'headline', to, from },
    encodeProgress(status),
    element('no-store', { xmlns: NS.hints }),
    element('no-copy', { xmlns: NS.hints }),
  )
}

/** The JSON body that `GET /uploads/<id>/state`, `cancel` and `discard` answer. */
export function statusJson(status: UploadStatus): Record<string, string | number> {
  return toJson(STATUS, status)
}

/** Throws `bad-request` or `bad-size`. */
export function statusFromJson(body: unknown): UploadStatus {
  return fromJson(STATUS, body)
}
