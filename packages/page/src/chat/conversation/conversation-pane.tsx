import './conversation.css'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { LightBox } from '../media/light-box.tsx'
import { shownMediaOf } from '../media/shown-media.ts'
import type { Attachment } from '../sending/attachment.ts'
import { type ChosenFile, FileDialog } from '../sending/file-dialog.tsx'
import { sendFile } from '../sending/send-file.ts'
import { retryText } from '../sending/send-text.ts'
import { useChat } from '../state/chat-context.ts'
import { type Entry, emptyConversation, withoutEntry } from '../state/conversation.ts'
import { isLookedAt, markRead } from '../state/mark-read.ts'
import { nameOf } from '../state/name-of.ts'
import { useObservable } from '../state/use-observable.ts'
import { Composer } from './composer.tsx'
import { ConversationHeader } from './conversation-header.tsx'
import { DropTarget } from './drop-target.tsx'
import { MessageLog } from './message-log.tsx'

/** One conversation: what was said, and what is said next. */
export function ConversationPane({ jid }: { readonly jid: string }) {
  const chat = useChat()
  const contacts = useObservable(chat.contacts)
  const held = useObservable(chat.conversations.all, (all) => all.get(jid))
  const conversation = held ?? emptyConversation(jid)
  const name = nameOf(contacts, jid)
  const [answered, setAnswered] = useState<Entry>()
  const [files, setFiles] = useState<readonly Attachment[]>([])
  const [opened, setOpened] = useState<string>()
  const images = useMemo(() => imagesOf(conversation.entries), [conversation.entries])
  useEffect(() => {
    const look = () => isLookedAt(chat, jid) && markRead(chat, jid)
    look()
    addEventListener('focus', look)
    document.addEventListener('visibilitychange', look)
    return () => {
      removeEventListener('focus', look)
      document.removeEventListener('visibilitychange', look)
    }
  }, [chat, jid, conversation.unread])
  const actions = useMemo(
    () => ({
      reply: setAnswered,
      open: ({ message }: Entry) => setOpened(message.msgId),
      retry: ({ message }: Entry) => retryText(chat, message),
      dismiss: ({ key, message }: Entry) => {
        chat.kept.dropOutgoing(message.msgId)
        chat.conversations.change(jid, (before) => withoutEntry(before, key))
      },
    }),
    [chat, jid],
  )
  const send = (chosen: readonly ChosenFile[]) => {
    for (const file of chosen) sendFile(chat, { to: jid, replyTo: answered?.message.msgId, ...file })
    setFiles([])
    setAnswered(undefined)
  }
  return (
    <DropTarget name={name} onFiles={setFiles}>
      <ConversationHeader jid={jid} name={name} isTyping={conversation.isTyping} />
      <MessageLog conversation={conversation} name={name} actions={actions} />
      <Composer
        jid={jid}
        name={name}
        answered={answered}
        onAnswered={() => setAnswered(undefined)}
        onFiles={setFiles}
      />
      {files.length > 0 && (
        <FileDialog name={name} files={files} onSend={send} onClose={() => setFiles([])} />
      )}
      {opened !== undefined && (
        <LightBox
          images={images.flatMap(({ message }) => shownMediaOf(chat, message) ?? [])}
          first={opened}
          onClose={() => setOpened(undefined)}
        />
      )}
    </DropTarget>
  )
}

function imagesOf(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ message }) => message.msgBody.message_type === 'image')
}
