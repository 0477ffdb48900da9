import type { Message, Transfer } from '@sluice/client'
import type { ChatState } from '../state/chat-context.ts'
import { entryOf, keyOf, withEntries, withoutEntry } from '../state/conversation.ts'
import type { Outgoing, OutgoingFile } from '../state/kept.ts'
import type { Attachment } from './attachment.ts'
import { messageOfOutgoing } from './message-of-outgoing.ts'

interface FileToSend {
  readonly to: string
  readonly attachment: Attachment
  readonly caption: string
  readonly kind: OutgoingFile['kind']
  readonly replyTo?: string | undefined
}

/** Shows a file at once and uploads it; the upload goes on after a reload. */
export function sendFile(chat: ChatState, { to, attachment, caption, kind, replyTo }: FileToSend): void {
  const { file, handle, width, height } = attachment
  const id = crypto.randomUUID()
  const { name, size, type: mediaType } = file
  const outgoing: Outgoing = {
    id,
    to,
    replyTo,
    since: Date.now(),
    file: { kind, name, size, mediaType, caption, width, height },
  }
  if (kind === 'image' || kind === 'video' || kind === 'audio') chat.previews.add(id, file)
  try {
    const options = { id, to, kind, file: handle ?? file, caption: caption || undefined, replyTo }
    const transfer = chat.client.media.send(options)
    chat.kept.keepOutgoing(outgoing)
    followUpload(chat, outgoing, transfer)
  } catch (error) {
    show(chat, messageOfOutgoing(outgoing, chat.account), {
      delivery: 'failed',
      failure: (error as Error).message,
    })
  }
}

/** Shows the upload of a kept message, until its message is sent or it is discarded. */
function followUpload(chat: ChatState, outgoing: Outgoing, transfer: Transfer<Message>): void {
  const message = messageOfOutgoing(outgoing, chat.account)
  show(chat, message, { delivery: 'waiting' })
  const drop = () => {
    chat.kept.dropOutgoing(outgoing.id)
    chat.conversations.change(outgoing.to, (held) => withoutEntry(held, keyOf(message)))
    chat.previews.drop(outgoing.id)
  }
  const look = async () => {
    if (transfer.state === 'discarded') drop()
    if (transfer.state !== 'done') return
    const sent = await transfer.done
    chat.kept.dropOutgoing(outgoing.id)
    show(chat, sent, { delivery: 'sent' })
  }
  transfer.on('state', () => void look())
  void look()
}

/** Takes up again what an earlier run of the page left. */
export function followKeptUpload(chat: ChatState, outgoing: Outgoing): void {
  const transfer = chat.client.media.get(outgoing.id) as Transfer<Message> | undefined
  if (transfer) followUpload(chat, outgoing, transfer)
  else chat.kept.dropOutgoing(outgoing.id)
}

function show(
  chat: ChatState,
  message: Message,
  rest: { delivery: 'waiting' | 'failed' | 'sent'; failure?: string },
) {
  const jid = message.toUserJid
  chat.conversations.change(jid, (held) =>
    withEntries(held, [{ ...entryOf(message, chat.account), ...rest }]),
  )
}
