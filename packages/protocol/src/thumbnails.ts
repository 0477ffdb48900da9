import { defined } from './defined.ts'
import { mediaTypeField, sizeField, urlField } from './field.ts'
import type { Appearance, Preview, Thumbnail } from './media.ts'
import { NS } from './namespaces.ts'
import { readable } from './readable.ts'
import { element, type XmlElement } from './xml.ts'

// Shown without being asked for: nothing that a web view would fetch or run.
const INLINE = /^(data:image\/(png|jpeg|webp|gif);base64,|cid:)/

/** XEP-0264: the inline one first, as some clients look at no other. */
export function encodeThumbnails({ thumbnail, preview }: Appearance): XmlElement[] {
  return [
    ...(thumbnail ? [thumbnailElement(thumbnail.uri, thumbnail)] : []),
    ...(preview ? [thumbnailElement(preview.url, preview)] : []),
  ]
}

/** The first of each sort; what cannot be trusted is left out. */
export function decodeThumbnails(parent: XmlElement | undefined): Pick<Appearance, 'thumbnail' | 'preview'> {
  const found = parent?.getChildren('thumbnail', NS.thumbs) ?? []
  const inline = found.find(({ attrs }) => attrs.uri !== undefined && INLINE.test(attrs.uri))
  const linked = found.find(({ attrs }) => readable(urlField.parse, attrs.uri) !== undefined)
  return defined({
    thumbnail: inline && defined<Thumbnail>({ uri: inline.attrs.uri ?? '', ...detailsOf(inline) }),
    preview: linked && defined<Preview>({ url: linked.attrs.uri ?? '', ...detailsOf(linked) }),
  })
}

function thumbnailElement(uri: string, { mediaType, width, height }: Omit<Thumbnail, 'uri'>): XmlElement {
  return element('thumbnail', { xmlns: NS.thumbs, uri, 'media-type': mediaType, width, height })
}

function detailsOf({ attrs }: XmlElement): Omit<Thumbnail, 'uri'> {
  return {
    mediaType: readable(mediaTypeField.parse, attrs['media-type']),
    width: readable(sizeField.parse, attrs.width),
    height: readable(sizeField.parse, attrs.height),
  }
}
