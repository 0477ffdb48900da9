import { defined } from './defined.ts'
import { fileNameField, mediaTypeField, sizeField, urlField } from './field.ts'
import { malformed } from './malformed.ts'
import { NS } from './namespaces.ts'
import { fromAttributes, optional, type RecordShape, required, toAttributes } from './record.ts'
import { readStamp } from './stamp.ts'
import { element, type XmlElement } from './xml.ts'

/** XEP-0363 §5 `<request/>`. */
export interface HttpSlotRequest {
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly mediaType?: string | undefined
  /** Without one it is `message` (XEP-0363 §5, "Upload purpose"). */
  readonly purpose?: UploadPurpose | undefined
}

/** What the file is for, and so how long it is to be kept. */
export type UploadPurpose =
  | { readonly kind: 'message' | 'profile' | 'permanent' }
  | { readonly kind: 'ephemeral'; readonly expireBefore: Date }

/** XEP-0363 §5 `<slot/>`. */
export interface HttpSlot {
  readonly putUrl: string
  readonly getUrl: string
  /** Headers to send with the PUT: of `Authorization`, `Cookie` and `Expires`, no other. */
  readonly headers: Readonly<Partial<Record<HttpSlotHeader, string>>>
}

const HEADERS = ['Authorization', 'Cookie', 'Expires'] as const
export type HttpSlotHeader = (typeof HEADERS)[number]

const PURPOSES = ['message', 'profile', 'ephemeral', 'permanent'] as const satisfies UploadPurpose['kind'][]

// Pure, so that bundlers leave it out of what a page loads first.
const REQUEST: RecordShape<Omit<HttpSlotRequest, 'purpose'>> = {
  name: /* @__PURE__ */ required('filename', fileNameField),
  size: /* @__PURE__ */ required('size', sizeField),
  mediaType: /* @__PURE__ */ optional('content-type', mediaTypeField),
}

export function encodeSlotRequest(request: HttpSlotRequest): XmlElement {
  const { purpose } = request
  return element(
    'request',
    { xmlns: NS.httpUpload, ...toAttributes(REQUEST, request) },
    purpose && encodePurpose(purpose),
  )
}

/** Throws `bad-request`, `bad-size` or `bad-name`. */
export function decodeSlotRequest(request: XmlElement): HttpSlotRequest {
  if (!request.is('request', NS.httpUpload)) throw malformed('the payload', 'a slot request')
  return defined<HttpSlotRequest>({ ...fromAttributes(REQUEST, request), purpose: purposeOf(request) })
}

/** The disco feature of a service that keeps files for this purpose as it demands. */
export function purposeFeature(kind: UploadPurpose['kind']): string {
  return `${NS.uploadPurpose}#${kind}`
}

function encodePurpose(purpose: UploadPurpose): XmlElement {
  const until = purpose.kind === 'ephemeral' ? { 'expire-before': purpose.expireBefore.toISOString() } : {}
  return element(purpose.kind, { xmlns: NS.uploadPurpose, ...until })
}

function purposeOf(request: XmlElement): UploadPurpose | undefined {
  const kind = PURPOSES.find((name) => request.getChild(name, NS.uploadPurpose))
  if (kind !== 'ephemeral') return kind && { kind }
  const expireBefore = readStamp(request.getChild(kind, NS.uploadPurpose)?.attrs['expire-before'])
  if (!expireBefore) throw malformed('expire-before', 'a date (XEP-0082)')
  return { kind, expireBefore }
}

export function encodeHttpSlot({ putUrl, getUrl, headers }: HttpSlot): XmlElement {
  const headerElements = HEADERS.flatMap((name) => {
    const value = headers[name]
    return value === undefined ? [] : [element('header', { name }, value)]
  })
  return element(
    'slot',
    { xmlns: NS.httpUpload },
    element('put', { url: putUrl }, ...headerElements),
    element('get', { url: getUrl }),
  )
}

/** Headers beyond the three are ignored, as XEP-0363 §5 demands. Throws `bad-request`. */
export function decodeHttpSlot(slot: XmlElement): HttpSlot {
  if (!slot.is('slot', NS.httpUpload)) throw malformed('the payload', 'a slot')
  const put = slot.getChild('put', NS.httpUpload)
  const headers: Partial<Record<HttpSlotHeader, string>> = {}
  for (const header of put?.getChildren('header', NS.httpUpload) ?? []) {
    const name = HEADERS.find((candidate) => candidate.toLowerCase() === header.attrs.name?.toLowerCase())
    // XEP-0363 §5: newlines would smuggle in further headers.
    if (name) headers[name] = header.getText().replace(/[\r\n]/g, '')
  }
  return {
    putUrl: urlField.parse(put?.attrs.url ?? '', 'put'),
    getUrl: urlField.parse(slot.getChild('get', NS.httpUpload)?.attrs.url ?? '', 'get'),
    headers,
  }
}

/** The disco#info form that says the largest file, in bytes (XEP-0363 §4, XEP-0128). */
export function httpUploadForm(limit: number): XmlElement {
  return element(
    'x',
    { xmlns: NS.dataForms, type: 'result' },
    element('field', { var: 'FORM_TYPE', type: 'hidden' }, element('value', {}, NS.httpUpload)),
    element('field', { var: 'max-file-size' }, element('value', {}, String(limit))),
  )
}
