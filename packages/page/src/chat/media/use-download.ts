import type { Downloaded, Message, Transfer } from '@sluice/client'
import { useEffect, useState } from 'preact/hooks'
import { useChat } from '../state/chat-context.ts'
import { saveFile } from './save-file.ts'

/** The download of a message's file, also one that an earlier run began. */
export function useDownload(message: Message) {
  const { client, account } = useChat()
  const { msgId, msgBody, fromUserJid } = message
  const [transfer, setTransfer] = useState(() =>
    // Under the id of one's own message there is its upload.
    fromUserJid === account ? undefined : (client.media.get(msgId) as Transfer<Downloaded> | undefined),
  )
  const [file, setFile] = useState<Downloaded>()
  useEffect(() => {
    let isCurrent = true
    transfer?.done.then(
      (downloaded) => isCurrent && setFile(downloaded),
      () => {},
    )
    return () => {
      isCurrent = false
    }
  }, [transfer])
  return {
    transfer,
    file,
    start() {
      const begun = client.media.download(msgId)
      setTransfer(begun)
      begun.done.then(
        (downloaded) => saveFile(downloaded, msgBody.media?.fileName || 'file'),
        () => {},
      )
    },
    forget: () => setTransfer(undefined),
  }
}
