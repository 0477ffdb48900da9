import type { Message, MessageMedia } from '@sluice/client'
import type { ChatState } from '../state/chat-context.ts'
import { ownUrl } from './own-url.ts'

/** A file of a message, and where the page may take it from. */
export interface ShownMedia {
  readonly message: Message
  readonly media: MessageMedia
  /** The file that is being sent, or the gateway's; absent when it lies elsewhere. */
  readonly url?: string | undefined
}

export function shownMediaOf({ previews }: ChatState, message: Message): ShownMedia | undefined {
  const { media } = message.msgBody
  return media && { message, media, url: previews.get(message.msgId) ?? ownUrl(media.url) }
}
