import './composer.css'
import { useEffect, useRef, useState } from 'preact/hooks'
import { IconButton } from '../../design/icon-button.tsx'
import { type Attachment, attachmentsOf } from '../sending/attachment.ts'
import { pickFiles } from '../sending/pick-files.ts'
import { sendText } from '../sending/send-text.ts'
import { TypingNews } from '../sending/typing-news.ts'
import { useChat } from '../state/chat-context.ts'
import type { Entry } from '../state/conversation.ts'
import { summaryOf } from './summary.ts'

interface ComposerProps {
  readonly jid: string
  /** Of the other one. */
  readonly name: string
  readonly answered: Entry | undefined
  readonly onAnswered: () => void
  readonly onFiles: (files: readonly Attachment[]) => void
}

/** Where a message is written: Enter sends, Shift and Enter begins a line. */
export function Composer({ jid, name, answered, onAnswered, onFiles }: ComposerProps) {
  const chat = useChat()
  const field = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState(() => chat.kept.draftOf(jid))
  const [typing] = useState(() => new TypingNews((state) => chat.client.messages.typing({ to: jid, state })))
  useEffect(() => () => typing.stop(), [])
  useEffect(() => {
    if (answered) field.current?.focus()
  }, [answered])
  const change = (value: string) => {
    setText(value)
    chat.kept.keepDraft(jid, value)
    typing.typed(value !== '')
  }
  const send = () => {
    const trimmed = text.trim()
    if (!trimmed) return
    typing.sent()
    sendText(chat, { to: jid, text: trimmed, replyTo: answered?.message.msgId })
    setText('')
    chat.kept.keepDraft(jid, '')
    onAnswered()
    field.current?.focus()
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && answered) onAnswered()
    // An Enter that ends the choice of a character is no Enter for us.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  }
  const paste = (event: ClipboardEvent) => {
    if (!event.clipboardData?.files.length) return
    event.preventDefault()
    void attachmentsOf(event.clipboardData).then(onFiles)
  }
  return (
    <form
      class="composer"
      aria-label={`Write to ${name}`}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {answered && (
        <div class="composer-answered">
          <span class="quote">
            <span class="quote-author">Reply to {answered.isOwn ? 'yourself' : name}</span>
            <span class="quote-text">{summaryOf(answered.message)}</span>
          </span>
          <IconButton icon="close" label="Do not reply" onClick={onAnswered} />
        </div>
      )}
      <div class="composer-line">
        <IconButton icon="attach" label="Attach files" onClick={() => void pickFiles().then(onFiles)} />
        <textarea
          ref={field}
          class="input composer-field"
          rows={1}
          dir="auto"
          placeholder="Write a message"
          aria-label={`Message to ${name}`}
          value={text}
          onInput={({ currentTarget }) => change(currentTarget.value)}
          onKeyDown={press}
          onPaste={paste}
          onBlur={() => typing.paused()}
        />
        <IconButton icon="send" label="Send" look="first" type="submit" disabled={text.trim() === ''} />
      </div>
    </form>
  )
}
