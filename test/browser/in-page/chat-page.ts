import { createClient, type Message, memoryStore } from '@sluice/client'

/** The least page that chats: it shows what comes, and sends what a test says. */
async function logIn(serverUrl: string, username: string, password: string) {
  const client = createClient({ serverUrl, domain: 'localhost', store: memoryStore() })
  client.on('message', show)
  await client.connect({ username, password })
  return {
    sendText: async (to: string, text: string) => void (await client.messages.send({ to, text })),
    sendImage: async (to: string, name: string, base64: string) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      const file = new File([bytes], name, { type: 'image/png' })
      await client.media.send({ to, file, kind: 'image' }).done
    },
  }
}

function show({ fromUserJid, msgBody }: Message): void {
  const shown = document.createElement(msgBody.media ? 'img' : 'p')
  shown.title = fromUserJid
  if (shown instanceof HTMLImageElement) shown.src = msgBody.media?.url ?? ''
  else shown.textContent = msgBody.message ?? ''
  document.body.append(shown)
}

Object.assign(globalThis, { logIn })
