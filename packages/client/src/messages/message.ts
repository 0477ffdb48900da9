import type { ChatMessage, Preview } from '@sluice/protocol'

/** A file as an app sees it. */
export interface MessageMedia {
  readonly caption: string
  readonly fileName: string
  /** Bytes; 0 when the sender did not say. */
  readonly file_size: number
  readonly mime_type: string
  /** Milliseconds. */
  readonly duration?: number | undefined
  /** Pixels, as shown. */
  readonly width?: number | undefined
  readonly height?: number | undefined
  /** A small image as a data: URI. */
  readonly thumbImage?: string | undefined
  /** A larger one to be fetched; the sender names the address. */
  readonly preview?: Preview | undefined
  readonly is_uploading: boolean
  readonly is_downloaded: boolean
  readonly url: string
  /** The media service's id; absent when a foreign client sent the file. */
  readonly mediaId?: string | undefined
  /** Lowercase hex. */
  readonly sha256?: string | undefined
}

/** A message as an app sees it, sent or received. */
export interface Message {
  readonly chatType: 'chat' | 'groupchat'
  readonly msgId: string
  /** Bare JID; of a room the occupant, `<room>/<nickname>`. One's own account, whatever device it was sent from. */
  readonly fromUserJid: string
  /** Bare JID; of the room, in a room; the occupant in a private message to one. */
  readonly toUserJid: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly msgBody: {
    readonly message_type: 'text' | 'image' | 'audio' | 'video' | 'document' | 'file'
    readonly message?: string | undefined
    readonly media?: MessageMedia | undefined
  }
  /** The id of the message that this answers. */
  readonly replyTo?: string | undefined
  readonly metaData: Readonly<Record<string, unknown>>
  /** Its sender wants to know when it was displayed (XEP-0333). */
  readonly markable?: boolean | undefined
  /** Of one's own messages in a history: the recipient's device has it, or a person has seen it. */
  readonly receipt?: 'received' | 'displayed' | undefined
}

/**
 * What apps see of a decoded stanza. `from` and `timestamp` stand in where the stanza says nothing; of whom `isRoom`
 * knows that it is a room, the occupants are told apart in private messages as well (XEP-0045 §7.5).
 */
export function messageOf(
  chat: ChatMessage,
  known: { from: string; timestamp: number; isRoom?: (bare: string) => boolean },
): Message {
  const { media, replyTo } = chat
  const from = chat.from ?? known.from
  const whoIs = (jid: string) => (known.isRoom?.(bareJid(jid)) ? jid : bareJid(jid))
  return {
    chatType: chat.chat,
    msgId: msgIdOf(chat),
    fromUserJid: chat.chat === 'groupchat' ? from : whoIs(from),
    toUserJid: chat.chat === 'groupchat' ? bareJid(chat.to) : whoIs(chat.to),
    timestamp: chat.delayedSince?.getTime() ?? known.timestamp,
    msgBody: media
      ? { message_type: media.kind, media: mediaOf(media) }
      : { message_type: 'text', message: chat.text ?? '' },
    ...(replyTo && { replyTo: replyTo.id }),
    metaData: chat.metadata ?? {},
    ...(chat.markable && { markable: true }),
  }
}

function mediaOf(media: NonNullable<ChatMessage['media']>): MessageMedia {
  const { durationMs, width, height, thumbnail, preview, mediaId, sha256 } = media
  return {
    caption: media.caption ?? '',
    fileName: media.name ?? '',
    file_size: media.size ?? 0,
    mime_type: media.mediaType ?? 'application/octet-stream',
    ...(durationMs !== undefined && { duration: durationMs }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(thumbnail && { thumbImage: thumbnail.uri }),
    ...(preview && { preview }),
    is_uploading: false,
    is_downloaded: false,
    url: media.url,
    ...(mediaId !== undefined && { mediaId }),
    ...(sha256 !== undefined && { sha256 }),
  }
}

/** What apps know a message by: the origin-id (XEP-0359), or the stanza's own where there is none. */
export function msgIdOf({ originId, id }: Pick<ChatMessage, 'originId' | 'id'>): string {
  return originId ?? id
}

/** Whom, or which room, a message was exchanged with. */
export function peerOf({ chatType, fromUserJid, toUserJid }: Message, account: string): string {
  return chatType === 'groupchat' || fromUserJid === account ? toUserJid : fromUserJid
}

/** The JID without its resource. */
export function bareJid(jid: string): string {
  return jid.split('/', 1)[0] ?? jid
}
