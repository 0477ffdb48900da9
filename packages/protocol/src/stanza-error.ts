import { defined } from './defined.ts'
import { sizeField } from './field.ts'
import { jsonText } from './json-text.ts'
import { malformed } from './malformed.ts'
import { NS } from './namespaces.ts'
import { readable } from './readable.ts'
import { isRefusalCode, refusalDetails } from './refusal-json.ts'
import type { Refusal, RefusalCode, RefusalDetails } from './refusals.ts'
import { readStamp } from './stamp.ts'
import { element, type XmlElement, xmlSafe } from './xml.ts'

/** An `<error/>` as any peer may send it. */
export interface StanzaError {
  /** Present when the error is one of our refusals. */
  readonly code?: RefusalCode | undefined
  /** RFC 6120 §8.3.3, `undefined-condition` when the peer gave none. */
  readonly condition: string
  /** RFC 6120 §8.3.2: auth, cancel, continue, modify or wait; `cancel` when the peer gave none. */
  readonly type: string
  readonly text?: string | undefined
  readonly details: RefusalDetails
}

/** `<error/>` with the condition, the text and our `<refusal/>`; in foreign clients' words where XEP-0363 has them. */
export function encodeStanzaError(refusal: Refusal): XmlElement {
  const { condition, type } = refusal.spelling
  const details = Object.keys(refusal.details).length > 0 ? jsonText(refusal.details, 'details') : undefined
  return element(
    'error',
    { type },
    element(condition, { xmlns: NS.stanzas }),
    element('text', { xmlns: NS.stanzas, 'xml:lang': 'en' }, xmlSafe(refusal.message)),
    refusal.code === 'file-too-large' ? tooLarge(refusal.details.limit) : undefined,
    refusal.code === 'over-quota' ? retryAt(refusal.details.retryAt) : undefined,
    element('refusal', { xmlns: NS.media, code: refusal.code }, details),
  )
}

/** Reads an `<error/>` of any peer. Throws `bad-request` when it is no error element. */
export function decodeStanzaError(error: XmlElement): StanzaError {
  if (!error.is('error')) throw malformed('the payload', 'an error')
  const condition = error.children.find(
    (child): child is XmlElement =>
      typeof child === 'object' && child.getNS() === NS.stanzas && !child.is('text'),
  )
  const text = error.getChildText('text', NS.stanzas) ?? undefined
  return defined<StanzaError>({
    ...refusalOf(error),
    condition: condition?.getName() ?? 'undefined-condition',
    type: error.attrs.type ?? 'cancel',
    text,
  })
}

function refusalOf(error: XmlElement): { code?: RefusalCode; details: RefusalDetails } {
  const refusal = error.getChild('refusal', NS.media)
  const code = refusal?.attrs.code
  if (refusal && isRefusalCode(code)) return { code, details: detailsOf(refusal.getText()) }
  return foreignRefusalOf(error) ?? { details: {} }
}

// XEP-0363 §6, as services say it that know nothing of our refusals.
function foreignRefusalOf(error: XmlElement): { code: RefusalCode; details: RefusalDetails } | undefined {
  const tooLarge = error.getChild('file-too-large', NS.httpUpload)
  if (tooLarge) {
    const limit = readable(sizeField.parse, tooLarge.getChildText('max-file-size', NS.httpUpload))
    return { code: 'file-too-large', details: limit === undefined ? {} : { limit } }
  }
  const retry = error.getChild('retry', NS.httpUpload)
  if (!retry || !error.getChild('resource-constraint', NS.stanzas)) return undefined
  const retryAt = readStamp(retry.attrs.stamp)?.toISOString()
  return { code: 'over-quota', details: retryAt === undefined ? {} : { retryAt } }
}

function detailsOf(text: string): RefusalDetails {
  try {
    return refusalDetails(JSON.parse(text))
  } catch {
    return {}
  }
}

// XEP-0363 §6: foreign clients read the limit here.
function tooLarge(limit: string | number | undefined): XmlElement {
  return element(
    'file-too-large',
    { xmlns: NS.httpUpload },
    limit === undefined ? undefined : element('max-file-size', {}, xmlSafe(String(limit))),
  )
}

// XEP-0363 §6: and here when their quota will do again.
function retryAt(stamp: string | number | undefined): XmlElement | undefined {
  const date = readStamp(String(stamp))
  return date && element('retry', { xmlns: NS.httpUpload, stamp: date.toISOString() })
}
