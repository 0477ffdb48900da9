import './media.css'
import type { Message, Transfer } from '@sluice/client'
import { pickFiles } from '../sending/pick-files.ts'
import { useChat } from '../state/chat-context.ts'
import type { Entry } from '../state/conversation.ts'
import { DocumentBody } from './document-body.tsx'
import { ImageBody } from './image-body.tsx'
import { PlayerBody } from './player-body.tsx'
import { shownMediaOf } from './shown-media.ts'
import { TransferPanel } from './transfer-panel.tsx'

/** The file of a message: the thing itself where it can be shown, its upload while that goes on, its caption. */
export function MediaBody({ entry, onOpen }: { readonly entry: Entry; readonly onOpen: () => void }) {
  const chat = useChat()
  const { message, delivery } = entry
  const shown = shownMediaOf(chat, message)
  if (!shown) return null
  const kind = message.msgBody.message_type
  const upload = delivery === 'waiting' ? uploadOf(chat.client.media.get(message.msgId)) : undefined
  const pickAgain = async () => {
    const [picked] = await pickFiles({ multiple: false })
    if (picked) await upload?.resume({ file: picked.handle ?? picked.file }).catch(() => {})
  }
  return (
    <div class="media-body">
      {kind === 'image' && <ImageBody shown={shown} onOpen={onOpen} />}
      {(kind === 'video' || kind === 'audio') && <PlayerBody shown={shown} kind={kind} />}
      {(kind === 'document' || kind === 'file') && <DocumentBody shown={shown} />}
      {upload && (
        <TransferPanel
          transfer={upload}
          direction="upload"
          name={shown.media.fileName}
          onPickAgain={() => void pickAgain()}
        />
      )}
    </div>
  )
}

function uploadOf(transfer: unknown): Transfer<Message> | undefined {
  return transfer as Transfer<Message> | undefined
}
