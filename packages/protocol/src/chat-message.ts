import { defined } from './defined.ts'
import { idField, sizeField } from './field.ts'
import { malformed } from './malformed.ts'
import type { ChatMessage } from './message.ts'
import { checkIntentSize, decodeMetadata, encodeMetadata } from './metadata.ts'
import { NS } from './namespaces.ts'
import { readable } from './readable.ts'
import { decodeSharedMedia, encodeSharedMedia } from './shared-media.ts'
import { readStamp } from './stamp.ts'
import { element, type XmlElement, xmlLines } from './xml.ts'

/**
 * The whole `<message/>`. A media message's body is its URL alone, since foreign clients show a file only when
 * body and XEP-0066 agree; so a reply quotes nothing in it. `stanzaIds` and `delayedSince` are the servers' to
 * write and are left out. In rooms the caller asks for no receipt (XEP-0184 §5.3). Throws `bad-request` when caption
 * and metadata are over {@link INTENT_LIMIT_BYTES}, or XML cannot carry a character.
 */
export function encodeChatMessage(message: ChatMessage): XmlElement {
  const { id, from, to, chat, media, replyTo, metadata } = message
  checkIntentSize({ caption: media?.caption, metadata })
  return element(
    'message',
    { type: chat, id, to, from },
    element('body', {}, media?.url ?? xmlLines(message.text ?? '')),
    ...(media ? [...encodeSharedMedia(media), bodyIsFallback()] : []),
    replyTo && element('reply', { xmlns: NS.reply, id: replyTo.id, to: replyTo.to }),
    encodeMetadata(metadata),
    message.receiptRequested ? element('request', { xmlns: NS.receipts }) : undefined,
    message.markable ? element('markable', { xmlns: NS.markers }) : undefined,
    element('origin-id', { xmlns: NS.stanzaId, id: message.originId ?? id }),
  )
}

/**
 * A message of any client. Undefined when there is nothing to show: an error, a headline, a receipt, a chat
 * state. A part that is malformed is left out rather than the message. `id` is empty when the sender gave none.
 * Throws `bad-request` only when the element is no message.
 */
export function decodeChatMessage(message: XmlElement): ChatMessage | undefined {
  if (!message.is('message')) throw malformed('the stanza', 'a message')
  const { type, from, to = '' } = message.attrs
  // RFC 6121 §5.2.2: any other type, known or not, is a message to show.
  if (type === 'error' || type === 'headline') return undefined
  const media = decodeSharedMedia(message)
  const text = textOf(message, media?.url)
  if (!media && text === undefined) return undefined
  const originId = message.getChild('origin-id', NS.stanzaId)?.attrs.id
  return defined<ChatMessage>({
    id: message.attrs.id ?? originId ?? '',
    from,
    to,
    chat: type === 'groupchat' ? 'groupchat' : 'chat',
    text,
    media,
    originId,
    stanzaIds: stanzaIdsOf(message),
    replyTo: replyOf(message),
    metadata: readable(() => decodeMetadata(message), ''),
    receiptRequested: message.getChild('request', NS.receipts) ? true : undefined,
    markable: message.getChild('markable', NS.markers) ? true : undefined,
    delayedSince: delayOf(message),
  })
}

// XEP-0428: the whole body stands in for the file.
function bodyIsFallback(): XmlElement {
  return element('fallback', { xmlns: NS.fallback, for: NS.fileSharing }, element('body'))
}

// Bounds what one message costs its reader; an honest one has two.
const MAX_FALLBACKS = 4

/** The body as far as it is no fallback for what this client understands. */
function textOf(message: XmlElement, mediaUrl: string | undefined): string | undefined {
  const body = message
    .getChildren('body')
    .find((child) => child.getNS() === message.getNS())
    ?.getText()
  if (body === undefined || body === mediaUrl) return undefined
  const understood = mediaUrl === undefined ? [NS.reply] : [NS.reply, NS.fileSharing]
  const ranges = message
    .getChildren('fallback', NS.fallback)
    .filter(({ attrs }) => understood.some((namespace) => namespace === attrs.for))
    .slice(0, MAX_FALLBACKS)
    .flatMap(fallbackRanges)
  const isText = (_: string, index: number) => !ranges.some(([start, end]) => start <= index && index < end)
  const text = [...body].filter(isText).join('')
  return text === '' ? undefined : text
}

/** [start, end) in code points of the body (XEP-0428 §2.2, XEP-0426); the whole of it when none are named. */
function fallbackRanges(fallback: XmlElement): [start: number, end: number][] {
  const parts = fallback.getChildren('body', NS.fallback)
  if (parts.length === 0) return fallback.children.length === 0 ? [[0, Infinity]] : []
  return parts
    .slice(0, MAX_FALLBACKS)
    .map(({ attrs }) => [
      readable(sizeField.parse, attrs.start) ?? 0,
      readable(sizeField.parse, attrs.end) ?? Infinity,
    ])
}

function stanzaIdsOf(message: XmlElement): ChatMessage['stanzaIds'] {
  const ids = message
    .getChildren('stanza-id', NS.stanzaId)
    .flatMap(({ attrs: { id, by } }) => (id && by ? [{ id, by }] : []))
  return ids.length > 0 ? ids : undefined
}

function replyOf(message: XmlElement): ChatMessage['replyTo'] {
  const attrs = message.getChild('reply', NS.reply)?.attrs
  const id = readable(idField.parse, attrs?.id)
  return id === undefined ? undefined : defined<{ id: string; to?: string }>({ id, to: attrs?.to })
}

/** XEP-0203, spelled by XEP-0082. */
function delayOf(message: XmlElement): Date | undefined {
  return readStamp(message.getChild('delay', NS.delay)?.attrs.stamp)
}
