import { encodeChatMessage } from '@sluice/protocol'
import type { StanzaUser } from '../stack/stanza-user.ts'
import type { Account } from './stage.ts'

/** A client that knows our offers but not our order: its message goes out when it has the link, not when the bytes are there. */
export async function sendEarlyLink(
  user: StanzaUser,
  { to, messageId, size }: { to: Account; messageId: string; size: number },
): Promise<void> {
  const { getUrl } = await user.offer({ messageId, to: to.jid, size })
  await user.send(
    encodeChatMessage({
      id: messageId,
      to: to.jid,
      chat: 'chat',
      originId: messageId,
      media: { url: getUrl, kind: 'image', name: 'photo.jpg', size, mediaType: 'image/jpeg' },
    }),
  )
}
