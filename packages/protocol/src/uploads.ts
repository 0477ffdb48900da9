import { malformed } from './malformed.ts'
import type { UnfinishedUpload } from './media.ts'
import { NS } from './namespaces.ts'
import { decodeOffer, encodeOffer } from './offer.ts'
import { readStatus, statusElement } from './status.ts'
import { element, type XmlElement } from './xml.ts'

/** `<uploads/>`: empty as the iq get that asks, and with one `<upload/>` each as its result. */
export function encodeUploads(uploads: readonly UnfinishedUpload[] = []): XmlElement {
  const items = uploads.map((upload) => statusElement('upload', upload, encodeOffer(upload.offer)))
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
