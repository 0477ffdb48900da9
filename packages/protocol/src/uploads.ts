import { malformed } from './malformed.ts'
import type { UnfinishedUpload } from './media.ts'
import { NS } from './namespaces.ts'
import { decodeOffer, encodeOffer } from './offer.ts'
import { readStatus, statusElement } from './status.ts'
import { element, type XmlElement } from './xml.ts'

/** Characters of XML in one answer. Chat servers end the link of a component that sends a stanza of 512 KiB. */
const LIMIT_CHARACTERS = 128 * 1024

/**
 * `<uploads/>`: empty as the iq get that asks, and with one `<upload/>` each as its result; of more than 128 KiB
 * the first ones that fit.
 */
export function encodeUploads(uploads: readonly UnfinishedUpload[] = []): XmlElement {
  const items: XmlElement[] = []
  let characters = 0
  for (const upload of uploads) {
    const item = statusElement('upload', upload, encodeOffer(upload.offer))
    characters += item.toString().length
    if (characters > LIMIT_CHARACTERS) break
    items.push(item)
  }
  return element('uploads', { xmlns: NS.media }, ...items)
}

/** Throws what {@link decodeOffer} throws. */
export function decodeUploads(uploads: XmlElement): UnfinishedUpload[] {
  if (!uploads.is('uploads', NS.media)) throw malformed('the payload', 'uploads')
  return uploads.getChildren('upload', NS.media).map((item) => {
    const offer = item.getChild('offer', NS.media)
    if (!offer) throw malformed('upload', 'with its offer')
    return { ...readStatus(['upload'], item), offer: decodeOffer(offer) }
  })
}
