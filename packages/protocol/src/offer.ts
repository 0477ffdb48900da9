import { defined } from './defined.ts'
import {
  bareJidField,
  type Field,
  fileNameField,
  hashField,
  idField,
  mediaTypeField,
  oneOf,
  sizeField,
} from './field.ts'
import { malformed } from './malformed.ts'
import { type Appearance, type Intent, MEDIA_KINDS, type Offer } from './media.ts'
import { checkIntentSize, decodeMetadata, encodeMetadata } from './metadata.ts'
import { NS } from './namespaces.ts'
import { fromAttributes, optional, type RecordShape, required, toAttributes } from './record.ts'
import { decodeThumbnails, encodeThumbnails } from './thumbnails.ts'
import { element, type XmlElement, xmlLines } from './xml.ts'

const offeredHashField: Field<string> = {
  ...hashField,
  parse: (text, name) => (text === 'later' ? text : hashField.parse(text, name)),
}

const OFFER: RecordShape<Omit<Offer, 'intent'>> = {
  messageId: required('message', idField),
  to: required('to', bareJidField),
  name: required('name', fileNameField),
  size: required('size', sizeField),
  mediaType: required('type', mediaTypeField),
  kind: required('kind', oneOf(MEDIA_KINDS)),
  fingerprint: optional('fingerprint', hashField),
  hash: optional('hash', offeredHashField),
}

const INTENT: RecordShape<Pick<Intent, 'chat' | 'replyTo'>> = {
  chat: required('chat', oneOf(['chat', 'groupchat'])),
  replyTo: optional('reply', idField),
}

const APPEARANCE: RecordShape<Pick<Appearance, 'width' | 'height' | 'durationMs'>> = {
  width: optional('width', sizeField),
  height: optional('height', sizeField),
  durationMs: optional('duration', sizeField),
}

/** `<offer/>`, the payload of an iq set. Refuses here what {@link decodeOffer} would refuse there. */
export function encodeOffer(offer: Offer): XmlElement {
  const { caption, metadata, appearance = {} } = offer.intent
  const encoded = element(
    'offer',
    {
      xmlns: NS.media,
      ...toAttributes(OFFER, offer),
      ...toAttributes(INTENT, offer.intent),
      ...toAttributes(APPEARANCE, appearance),
    },
    caption === undefined ? undefined : element('caption', {}, xmlLines(caption)),
    encodeMetadata(metadata),
    ...encodeThumbnails(appearance),
  )
  decodeOffer(encoded)
  return encoded
}

/** Throws `bad-request`, `bad-size`, `bad-name` or `bad-jid`. */
export function decodeOffer(offer: XmlElement): Offer {
  if (!offer.is('offer', NS.media)) throw malformed('the payload', 'an offer')
  const intent = defined<Intent>({
    ...fromAttributes(INTENT, offer),
    caption: offer.getChild('caption', NS.media)?.getText(),
    metadata: decodeMetadata(offer),
    appearance: appearanceOf(offer),
  })
  checkIntentSize(intent)
  return { ...fromAttributes(OFFER, offer), intent }
}

function appearanceOf(offer: XmlElement): Appearance | undefined {
  const appearance = { ...fromAttributes(APPEARANCE, offer), ...decodeThumbnails(offer) }
  return Object.keys(appearance).length > 0 ? appearance : undefined
}
