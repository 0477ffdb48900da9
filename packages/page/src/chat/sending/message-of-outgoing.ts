import type { Message } from '@sluice/client'
import type { Outgoing } from '../state/kept.ts'

/** How a message looks that is not there yet. */
export function messageOfOutgoing(
  { id, to, text, file, replyTo, since }: Outgoing,
  account: string,
): Message {
  return {
    chatType: 'chat',
    msgId: id,
    fromUserJid: account,
    toUserJid: to,
    timestamp: since,
    msgBody: file
      ? {
          message_type: file.kind,
          media: {
            caption: file.caption,
            fileName: file.name,
            file_size: file.size,
            mime_type: file.mediaType,
            width: file.width,
            height: file.height,
            is_uploading: true,
            is_downloaded: false,
            url: '',
          },
        }
      : { message_type: 'text', message: text ?? '' },
    replyTo,
    metaData: {},
  }
}
