import type { Client, Message } from '@sluice/client'
import { useMessages } from '@sluice/client/react'

export function Conversation({ client, jid }: { client: Client; jid: string }) {
  const { messages, hasOlder, isLoading, error, loadOlder } = useMessages(client, jid)

  const send = (form: FormData) => {
    const text = String(form.get('text'))
    const file = form.get('file') as File
    if (text) void client.messages.send({ to: jid, text }).catch(console.error)
    if (file.size > 0) client.media.send({ to: jid, file, kind: kindOf(file) })
  }
  return (
    <section aria-label={`Conversation with ${jid}`}>
      {hasOlder && (
        <button type="button" disabled={isLoading} onClick={() => void loadOlder()}>
          Older
        </button>
      )}
      {error && <p role="alert">{error.message}</p>}
      <ol>
        {messages.map((message) => (
          <li key={message.msgId} className={message.fromUserJid === client.jid ? 'mine' : 'theirs'}>
            <Body client={client} message={message} /> {message.receipt && <small>{message.receipt}</small>}
          </li>
        ))}
      </ol>
      <form action={send}>
        <input name="text" aria-label="Message" autoComplete="off" />
        <input name="file" aria-label="File" type="file" />
        <button type="submit">Send</button>
      </form>
    </section>
  )
}

function Body({ client, message }: { client: Client; message: Message }) {
  const { message: text, media } = message.msgBody
  if (!media) return text
  return (
    <>
      {media.caption || media.fileName}{' '}
      <button type="button" onClick={() => client.media.download(message.msgId)}>
        Download
      </button>
    </>
  )
}

function kindOf({ type }: File) {
  const kind = type.split('/')[0]
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'file'
}
