import * as protocol from '@sluice/protocol'
import { Refusal, type XmlElement } from '@sluice/protocol'

/** What one fenced block of docs/protocol.md stands for. */
export interface Example {
  /** The block's name in the page. */
  readonly block: string
  /** Name of the child that holds the value; else it is the payload of an iq, or the whole block. */
  readonly child?: string
  /** Makes the block's content. */
  readonly encode?: () => unknown
  /** Reads the block's content. */
  readonly decode?: (content: never) => unknown
  readonly value: unknown
  /** Names of the exported functions that this example shows. */
  readonly shows: readonly string[]
}

/** With every field that there is, so that a new one must be given here, and then stand in the page. */
type Full<T> = { [K in keyof Required<T>]: NonNullable<T[K]> }

const uploadId = '0b6a3a2e-6b0c-4f1e-9a55-2f8a3d1c7e90'
const getUrl = 'https://media.example.org/media/Zx81kQ/summit.jpg'
const token = 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln'
const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
const expiresAt = new Date('2026-03-08T12:00:00.000Z')

const file = { name: 'summit.jpg', size: 3032449, mediaType: 'image/jpeg', kind: 'image' } as const

const appearance: Full<protocol.Appearance> = {
  width: 4096,
  height: 2160,
  durationMs: 1500,
  thumbnail: { uri: 'data:image/png;base64,iVBORw0KGgo=', mediaType: 'image/png', width: 64, height: 34 },
  preview: {
    url: 'https://media.example.org/media/q7YpLr/preview.jpg',
    mediaType: 'image/jpeg',
    width: 640,
    height: 338,
  },
}

const plainOffer: protocol.Offer = {
  messageId: 'm1',
  to: 'juliet@example.org',
  ...file,
  intent: { chat: 'chat' },
}

const offer = {
  ...plainOffer,
  fingerprint: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
  hash: 'later',
  intent: {
    chat: 'chat',
    replyTo: 'm0',
    caption: 'The summit & us',
    metadata: { album: 7 },
    appearance,
  },
} satisfies Full<Omit<protocol.Offer, 'intent'>> & { intent: Full<protocol.Intent> }

const slot: Full<protocol.Slot> = {
  uploadId,
  messageId: 'm1',
  uploadUrl: `https://media.example.org/uploads/${uploadId}`,
  getUrl,
  token,
  state: 'offered',
  committed: 0,
  size: 3032449,
  expiresAt,
}

const receiving: protocol.UploadStatus = {
  uploadId,
  messageId: 'm1',
  state: 'receiving',
  committed: 1048576,
  received: 1310720,
  size: 3032449,
  expiresAt,
  delivery: 'unsent',
}

const cancelled: protocol.UploadStatus = { ...receiving, state: 'cancelled', committed: 1310720 }

const discarded: protocol.UploadStatus = {
  uploadId,
  state: 'discarded',
  committed: 3032449,
  received: 3032449,
  size: 3032449,
  expiresAt,
  endedReason: 'hash-mismatch',
}

const location: Full<protocol.MediaLocation> = {
  mediaId: 'Zx81kQ',
  url: getUrl,
  name: 'summit.jpg',
  size: 3032449,
  mediaType: 'image/jpeg',
  sha256,
}

const mediaMessage: protocol.ChatMessage = {
  id: 'm1',
  to: 'juliet@example.org',
  chat: 'chat',
  media: {
    ...file,
    mediaId: 'Zx81kQ',
    url: getUrl,
    sha256,
    ...appearance,
    caption: 'The summit & us',
  },
  originId: 'm1',
  replyTo: { id: 'm0', to: 'juliet@example.org' },
  metadata: { album: 7 },
  receiptRequested: true,
  markable: true,
}

const textMessage: protocol.ChatMessage = {
  id: 'm2',
  to: 'juliet@example.org',
  chat: 'chat',
  text: 'Wish you were here',
  originId: 'm2',
  replyTo: { id: 'm0' },
  metadata: { mood: 'fine' },
  receiptRequested: true,
  markable: true,
}

const receivedMessage: protocol.ChatMessage = {
  id: 'm3',
  from: 'orchard@rooms.example.org/juliet',
  to: 'romeo@example.org/phone',
  chat: 'groupchat',
  text: 'I am on my way',
  originId: 'm3',
  stanzaIds: [{ id: 's3', by: 'orchard@rooms.example.org' }],
  replyTo: { id: 's2', to: 'orchard@rooms.example.org/romeo' },
  delayedSince: new Date('2026-03-01T12:00:00.000Z'),
}

const fullStatus: Full<protocol.UploadStatus> = {
  ...receiving,
  messageId: 'm1',
  endedReason: 'hash-mismatch',
  delivery: 'unsent',
}

const httpSlot: protocol.HttpSlot = {
  putUrl: `https://media.example.org/slots/Zx81kQ/summit.jpg?token=${token}`,
  getUrl,
  headers: {},
}

/** As of a service that wants its token in a header. */
const foreignHttpSlot: protocol.HttpSlot = {
  putUrl: 'https://upload.example.org/Zx81kQ/summit.jpg',
  getUrl: 'https://upload.example.org/Zx81kQ/summit.jpg',
  headers: { Authorization: `Bearer ${token}` },
}

const differs = new Refusal('upload-differs', { field: 'size' })
const tooLarge = new Refusal('file-too-large', { limit: 1024 })
const overQuota = new Refusal('over-quota', { retryAt: '2026-03-01T12:00:00.000Z' })

/** An example whose codecs take and give the value itself. */
function both<T>(
  block: string,
  value: T,
  encode: (value: T) => unknown,
  decode: (content: never) => unknown,
): Example {
  return { block, value, encode: () => encode(value), decode, shows: [encode.name, decode.name] }
}

function command(name: protocol.CommandName): Example {
  const { encodeCommand: encode, decodeCommand: decode } = protocol
  return {
    block: name,
    value: { name, uploadId },
    encode: () => encode(name, uploadId),
    decode,
    shows: [encode.name, decode.name],
  }
}

function status(name: 'cancelled' | 'discarded', value: protocol.UploadStatus): Example {
  const { encodeStatus: encode, decodeStatus: decode } = protocol
  return { block: name, value, encode: () => encode(name, value), decode, shows: [encode.name, decode.name] }
}

function refusal(block: string, given: Refusal): Example {
  const { encodeStanzaError: encode, decodeStanzaError: decode } = protocol
  const { condition, type } = given.spelling
  const value = { code: given.code, condition, type, text: given.message, details: given.details }
  return { block, value, encode: () => encode(given), decode, shows: [encode.name, decode.name] }
}

export const EXAMPLES: readonly Example[] = [
  both('offer', offer, protocol.encodeOffer, protocol.decodeOffer),
  both('slot', slot, protocol.encodeSlot, protocol.decodeSlot),
  command('cancel'),
  command('resume'),
  command('discard'),
  {
    block: 'progress',
    value: undefined,
    encode: () =>
      protocol.progressMessage({
        to: 'romeo@example.org/phone',
        from: 'media.example.org',
        status: receiving,
      }),
    shows: ['progressMessage'],
  },
  { ...both('progress', receiving, protocol.encodeProgress, protocol.decodeProgress), child: 'progress' },
  status('cancelled', cancelled),
  status('discarded', discarded),
  both('uploads-query', [], protocol.encodeUploads, protocol.decodeUploads),
  both(
    'uploads',
    [{ ...cancelled, state: 'paused', offer: plainOffer }],
    protocol.encodeUploads,
    protocol.decodeUploads,
  ),
  command('claim'),
  command('sent'),
  both('media-message', mediaMessage, protocol.encodeChatMessage, protocol.decodeChatMessage),
  both('text-message', textMessage, protocol.encodeChatMessage, protocol.decodeChatMessage),
  {
    block: 'received',
    value: { id: 'm2', state: 'received' },
    encode: () =>
      protocol.encodeReceipt({ to: 'romeo@example.org/phone', chat: 'chat', id: 'm2', state: 'received' }),
    decode: protocol.decodeReceipt,
    shows: ['encodeReceipt', 'decodeReceipt'],
  },
  {
    block: 'displayed',
    value: { id: 'm2', state: 'displayed' },
    encode: () =>
      protocol.encodeReceipt({ to: 'romeo@example.org', chat: 'chat', id: 'm2', state: 'displayed' }),
    decode: protocol.decodeReceipt,
    shows: [],
  },
  {
    block: 'composing',
    value: 'composing',
    encode: () => protocol.encodeChatState({ to: 'romeo@example.org', chat: 'chat', state: 'composing' }),
    decode: protocol.decodeChatState,
    shows: ['encodeChatState', 'decodeChatState'],
  },
  both(
    'roster',
    [
      { jid: 'romeo@example.net', name: 'Romeo', subscription: 'both', groups: ['Friends'] },
      { jid: 'nurse@example.org', subscription: 'none', pending: true },
    ],
    protocol.encodeRoster,
    protocol.decodeRoster,
  ),
  {
    block: 'archive-query',
    value: undefined,
    encode: () =>
      protocol.encodeArchiveQuery({
        queryId: 'page-1',
        with: 'juliet@example.org',
        max: 50,
        before: '28482-98726-73623',
      }),
    shows: ['encodeArchiveQuery'],
  },
  { block: 'received-message', value: receivedMessage, decode: protocol.decodeChatMessage, shows: [] },
  both('delete', 'Zx81kQ', protocol.encodeDelete, protocol.decodeDelete),
  both('locate', 'Zx81kQ', protocol.encodeLocate, protocol.decodeLocate),
  both('location', location, protocol.encodeLocation, protocol.decodeLocation),
  both(
    'http-upload-request',
    { name: file.name, size: file.size, mediaType: file.mediaType },
    protocol.encodeSlotRequest,
    protocol.decodeSlotRequest,
  ),
  both('http-upload-slot', httpSlot, protocol.encodeHttpSlot, protocol.decodeHttpSlot),
  both(
    'http-upload-purpose',
    { name: 'juliet.png', size: 4096, mediaType: 'image/png', purpose: { kind: 'profile' } },
    protocol.encodeSlotRequest,
    protocol.decodeSlotRequest,
  ),
  both('http-upload-headers', foreignHttpSlot, protocol.encodeHttpSlot, protocol.decodeHttpSlot),
  {
    block: 'http-upload-form',
    value: undefined,
    encode: (): XmlElement => protocol.httpUploadForm(10 * 2 ** 30),
    shows: ['httpUploadForm'],
  },
  both('status-json', cancelled, protocol.statusJson, protocol.statusFromJson),
  both(
    'slot-json',
    { ...slot, state: 'paused', committed: 1310720 },
    protocol.slotJson,
    protocol.slotFromJson,
  ),
  refusal('refusal', differs),
  refusal('too-large', tooLarge),
  refusal('over-quota', overQuota),
  {
    block: 'refusal-json',
    value: differs,
    encode: () => protocol.refusalJson(differs),
    decode: (body) => protocol.refusalFromJson(409, body),
    shows: ['refusalJson', 'refusalFromJson'],
  },
]

/** Of one kind of payload: an element with every attribute that there is, and its decoder. */
interface FullPayload {
  readonly payload: () => XmlElement
  readonly decode: (payload: XmlElement) => unknown
}

const anyCommand: FullPayload = {
  payload: () => protocol.encodeCommand('cancel', uploadId),
  decode: protocol.decodeCommand,
}

/** By the heading of the page whose table must list the attributes. */
export const FULL: ReadonlyMap<string, FullPayload> = new Map<string, FullPayload>([
  ['Offer', { payload: () => protocol.encodeOffer(offer), decode: protocol.decodeOffer }],
  ['Slot', { payload: () => protocol.encodeSlot(slot), decode: protocol.decodeSlot }],
  ['Cancel, resume, discard', anyCommand],
  [
    'Status: progress, cancelled, discarded',
    { payload: () => protocol.encodeProgress(fullStatus), decode: protocol.decodeProgress },
  ],
  ['Claim, sent', anyCommand],
  [
    'Delete, locate',
    { payload: () => protocol.encodeLocate(location.mediaId), decode: protocol.decodeLocate },
  ],
  ['Location', { payload: () => protocol.encodeLocation(location), decode: protocol.decodeLocation }],
])
