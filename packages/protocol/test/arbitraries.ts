import {
  type ChatMessage,
  checkFileName,
  DELIVERY_STATES,
  type HttpSlot,
  type HttpSlotRequest,
  type Intent,
  MEDIA_KINDS,
  type MediaLocation,
  type Offer,
  prepareJid,
  REFUSALS,
  Refusal,
  type RefusalCode,
  type RosterItem,
  type SharedMedia,
  type Slot,
  type UnfinishedUpload,
  UPLOAD_STATES,
  type UploadStatus,
} from '@sluice/protocol'
import fc from 'fast-check'

/** Text that XML carries unchanged: a parser turns a carriage return into a line feed (XML 1.0 §2.11). */
export const text = (maxLength = 60) =>
  fc
    .string({
      unit: fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        fc.constantFrom('\n', '<', '&', '"', ']]>', '👩‍🚀'),
      ),
      maxLength,
    })
    .map((value) => value.replace(/[^\t\n\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, ''))

const id = text(40)
  .map((value) => value.replace(/\p{Cc}/gu, ''))
  .filter((value) => value !== '')
const size = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER))
const hash = fc.stringMatching(/^[0-9a-f]{64}$/)
const date = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
const url = fc.webUrl({ withQueryParameters: true })
const mediaType = fc.constantFrom(
  'image/jpeg',
  'audio/webm;codecs=opus',
  'application/vnd.oasis.opendocument.text',
  'video/mp4; codecs="avc1.4D401E, mp4a.40.2"',
)
const name = id.filter((value) => accepts(() => checkFileName(value))).map(checkFileName)
const local = fc.stringMatching(/^[a-z0-9._-]{1,12}$/)
const jid = fc.oneof(
  local.map((value) => `${value}@example.org`),
  id.filter((value) => accepts(() => prepareJid(value))).map((value) => prepareJid(value).bare),
)
const metadata = fc
  .dictionary(text(10), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>)
  .filter((value) => JSON.stringify(value).length < 1000)

const shape = { mediaType: fc.constant('image/png'), width: size, height: size }
const appearance = {
  width: size,
  height: size,
  durationMs: size,
  thumbnail: fc.record(
    {
      uri: fc.constantFrom(
        'data:image/png;base64,iVBORw0KGgo=',
        'cid:sha1+ffd7c8d28e9c5e82afea41f97108c6b4@bob.xmpp.org',
      ),
      ...shape,
    },
    { requiredKeys: ['uri'] },
  ),
  preview: fc.record({ url, ...shape }, { requiredKeys: ['url'] }),
}

const intent: fc.Arbitrary<Intent> = fc.record(
  {
    chat: fc.constantFrom('chat', 'groupchat'),
    caption: text(),
    replyTo: id,
    metadata,
    appearance: fc.record(appearance, { requiredKeys: [] }).filter((value) => Object.keys(value).length > 0),
  },
  { requiredKeys: ['chat'] },
)

export const offers: fc.Arbitrary<Offer> = fc.record(
  {
    messageId: id,
    to: jid,
    name,
    size,
    mediaType,
    kind: fc.constantFrom(...MEDIA_KINDS),
    fingerprint: hash,
    hash: fc.oneof(hash, fc.constant('later')),
    intent,
  },
  { requiredKeys: ['messageId', 'to', 'name', 'size', 'mediaType', 'kind', 'intent'] },
)

export const slots: fc.Arbitrary<Slot> = fc.record(
  {
    uploadId: id,
    messageId: id,
    uploadUrl: url,
    getUrl: url,
    token: fc.stringMatching(/^[A-Za-z0-9._-]{1,80}$/),
    state: fc.constantFrom(...UPLOAD_STATES),
    committed: size,
    size,
    expiresAt: date,
  },
  { requiredKeys: ['uploadId', 'uploadUrl', 'getUrl', 'token', 'state', 'committed', 'size', 'expiresAt'] },
)

const status = {
  uploadId: id,
  messageId: id,
  state: fc.constantFrom(...UPLOAD_STATES),
  committed: size,
  received: size,
  size,
  expiresAt: date,
  endedReason: fc.constant('hash-mismatch' as const),
  delivery: fc.constantFrom(...DELIVERY_STATES),
}
const alwaysThere = ['uploadId', 'state', 'committed', 'received', 'size', 'expiresAt'] as const

export const statuses: fc.Arbitrary<UploadStatus> = fc.record(status, { requiredKeys: [...alwaysThere] })

export const unfinishedUploads: fc.Arbitrary<UnfinishedUpload[]> = fc.array(
  fc.record({ ...status, offer: offers }, { requiredKeys: [...alwaysThere, 'offer'] }),
  { maxLength: 3 },
)

export const locations: fc.Arbitrary<MediaLocation> = fc.record(
  { mediaId: id, url, name, size, mediaType, sha256: hash },
  { requiredKeys: ['mediaId', 'url', 'name', 'size', 'mediaType'] },
)

export const slotRequests: fc.Arbitrary<HttpSlotRequest> = fc.record(
  {
    name,
    size,
    mediaType,
    purpose: fc.oneof(
      fc.record({ kind: fc.constantFrom('message' as const, 'profile' as const, 'permanent' as const) }),
      fc.record({ kind: fc.constant('ephemeral' as const), expireBefore: date }),
    ),
  },
  { requiredKeys: ['name', 'size'] },
)

const headerValue = text().map((value) => value.replace(/\n/g, ''))

export const httpSlots: fc.Arbitrary<HttpSlot> = fc.record({
  putUrl: url,
  getUrl: url,
  headers: fc.record(
    { Authorization: headerValue, Cookie: headerValue, Expires: headerValue },
    { requiredKeys: [] },
  ),
})

export const refusals: fc.Arbitrary<Refusal> = fc
  .tuple(
    fc.constantFrom(...(Object.keys(REFUSALS) as RefusalCode[])),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(text(20), size), { maxKeys: 3 }),
  )
  .map(([code, details]) => new Refusal(code, details))

const media: fc.Arbitrary<SharedMedia> = fc.record(
  {
    mediaId: id,
    url,
    name,
    size,
    mediaType,
    kind: fc.constantFrom(...MEDIA_KINDS),
    sha256: hash,
    ...appearance,
    caption: text(),
  },
  { requiredKeys: ['url', 'kind'] },
)

const envelope = {
  id,
  from: jid,
  to: jid,
  chat: fc.constantFrom('chat' as const, 'groupchat' as const),
  replyTo: fc.record({ id, to: jid }, { requiredKeys: ['id'] }),
  metadata,
  receiptRequested: fc.constant(true),
  markable: fc.constant(true),
}
const addressed = ['id', 'to', 'chat'] as const

/** What our client writes: the origin-id is the message id, and media stand without text. */
export const chatMessages: fc.Arbitrary<ChatMessage> = fc
  .oneof(
    fc.record(
      { ...envelope, text: text().filter((value) => value !== '') },
      { requiredKeys: [...addressed, 'text'] },
    ),
    fc.record({ ...envelope, media }, { requiredKeys: [...addressed, 'media'] }),
  )
  .map((message) => ({ ...message, originId: message.id }))

export const rosters: fc.Arbitrary<RosterItem[]> = fc.array(
  fc.record(
    {
      jid,
      // A parser turns line ends in attributes into spaces (XML 1.0 §3.3.3).
      name: text(20).map((value) => value.replace(/\s/g, ' ')),
      subscription: fc.constantFrom('none', 'to', 'from', 'both', 'remove'),
      pending: fc.constant(true as const),
      groups: fc.array(text(20), { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['jid'] },
  ),
  { maxLength: 3 },
)

export const receipts = fc.record({
  to: jid,
  chat: fc.constantFrom('chat' as const, 'groupchat' as const),
  id,
  state: fc.constantFrom('received' as const, 'displayed' as const),
})

export const chatStates = fc.record({
  to: jid,
  chat: fc.constantFrom('chat' as const, 'groupchat' as const),
  state: fc.constantFrom('composing' as const, 'paused' as const, 'active' as const),
})

export const ids = id

function accepts(check: () => unknown): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}
