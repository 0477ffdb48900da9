import { defined } from './defined.ts'
import { fileNameField, hashField, idField, mediaTypeField, oneOf, sizeField, urlField } from './field.ts'
import { base64ToHex, hexToBase64 } from './hex-base64.ts'
import { MEDIA_KINDS } from './media.ts'
import { kindOf } from './media-kind.ts'
import type { SharedMedia } from './message.ts'
import { NS } from './namespaces.ts'
import { readable } from './readable.ts'
import { decodeThumbnails, encodeThumbnails } from './thumbnails.ts'
import { element, type XmlElement, xmlLines } from './xml.ts'

const kindField = oneOf(MEDIA_KINDS)

/** The children of a message that carry a file: for XEP-0066, XEP-0447 and our own clients. */
export function encodeSharedMedia(media: SharedMedia): XmlElement[] {
  const { mediaId, url, kind, sha256, caption } = media
  return [
    element('x', { xmlns: NS.oob }, element('url', {}, url)),
    element(
      'file-sharing',
      {
        xmlns: NS.fileSharing,
        disposition: kind === 'document' || kind === 'file' ? 'attachment' : 'inline',
      },
      element(
        'file',
        { xmlns: NS.fileMetadata },
        textElement('name', media.name),
        textElement('size', media.size),
        textElement('media-type', media.mediaType),
        textElement('width', media.width),
        textElement('height', media.height),
        textElement('length', media.durationMs),
        sha256 === undefined
          ? undefined
          : element('hash', { xmlns: NS.hashes, algo: 'sha-256' }, hexToBase64(sha256)),
        ...encodeThumbnails(media),
        textElement('desc', caption === undefined ? undefined : xmlLines(caption)),
      ),
      element('sources', {}, element('url-data', { xmlns: NS.urlData, target: url })),
    ),
    element('media', { xmlns: NS.media, id: mediaId, kind }),
  ]
}

/**
 * The file that a message of any client carries. Undefined when there is none with a web URL. What cannot be
 * trusted or read (a name that is a path, a size that is none) is left out, and the rest stays of use.
 */
export function decodeSharedMedia(message: XmlElement): SharedMedia | undefined {
  const sharing = message.getChild('file-sharing', NS.fileSharing)
  const url = urlOf(message, sharing)
  if (url === undefined) return undefined
  const file = sharing?.getChild('file', NS.fileMetadata)
  const ours = message.getChild('media', NS.media)
  const field = (name: string) => file?.getChildText(name, NS.fileMetadata)
  const name = readable(fileNameField.parse, field('name'))
  const mediaType = readable(mediaTypeField.parse, field('media-type'))
  return defined({
    mediaId: readable(idField.parse, ours?.attrs.id),
    url,
    name,
    size: readable(sizeField.parse, field('size')),
    mediaType,
    kind: readable(kindField.parse, ours?.attrs.kind) ?? kindOf(mediaType, name ?? url),
    sha256: hashOf(file),
    width: readable(sizeField.parse, field('width')),
    height: readable(sizeField.parse, field('height')),
    durationMs: readable(sizeField.parse, field('length')),
    ...decodeThumbnails(file),
    caption: field('desc') ?? undefined,
  })
}

function textElement(name: string, value: string | number | undefined): XmlElement | undefined {
  return value === undefined ? undefined : element(name, {}, String(value))
}

function urlOf(message: XmlElement, sharing: XmlElement | undefined): string | undefined {
  const sources = sharing?.getChild('sources', NS.fileSharing)?.getChildren('url-data', NS.urlData) ?? []
  const urls = [
    ...sources.map(({ attrs }) => attrs.target),
    message.getChild('x', NS.oob)?.getChildText('url', NS.oob),
  ]
  return urls.map((url) => readable(urlField.parse, url)).find((url) => url !== undefined)
}

function hashOf(file: XmlElement | undefined): string | undefined {
  const hash = file?.getChildren('hash', NS.hashes).find(({ attrs }) => attrs.algo === 'sha-256')
  return readable(hashField.parse, hash && base64ToHex(hash.getText()))
}
