import { fileNameField, hashField, idField, mediaTypeField, sizeField, urlField } from './field.ts'
import { malformed } from './malformed.ts'
import type { MediaLocation } from './media.ts'
import { NS } from './namespaces.ts'
import { fromAttributes, optional, type RecordShape, required, toAttributes } from './record.ts'
import { element, type XmlElement } from './xml.ts'

const LOCATION: RecordShape<MediaLocation> = {
  mediaId: required('media', idField),
  url: required('url', urlField),
  name: required('name', fileNameField),
  size: required('size', sizeField),
  mediaType: required('type', mediaTypeField),
  sha256: optional('hash', hashField),
}

/** `<delete/>`, an iq set: takes a sent media back. */
export function encodeDelete(mediaId: string): XmlElement {
  return element('delete', { xmlns: NS.media, media: mediaId })
}

/** The media id. Throws `bad-request`. */
export function decodeDelete(command: XmlElement): string {
  return mediaIdOf('delete', command)
}

/** `<locate/>`, an iq get: asks for a {@link MediaLocation}. */
export function encodeLocate(mediaId: string): XmlElement {
  return element('locate', { xmlns: NS.media, media: mediaId })
}

/** The media id. Throws `bad-request`. */
export function decodeLocate(query: XmlElement): string {
  return mediaIdOf('locate', query)
}

/** `<location/>`, the result of `locate`. */
export function encodeLocation(location: MediaLocation): XmlElement {
  return element('location', { xmlns: NS.media, ...toAttributes(LOCATION, location) })
}

/** Throws `bad-request`, `bad-size` or `bad-name`. */
export function decodeLocation(location: XmlElement): MediaLocation {
  if (!location.is('location', NS.media)) throw malformed('the payload', 'a location')
  return fromAttributes(LOCATION, location)
}

function mediaIdOf(name: string, payload: XmlElement): string {
  if (!payload.is(name, NS.media)) throw malformed('the payload', name)
  return idField.parse(payload.attrs.media ?? '', 'media')
}
