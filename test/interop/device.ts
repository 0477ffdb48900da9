import { type Client, createClient, type Message, memoryStore } from '@sluice/client'

/** A logged-in client with a store of its own, and the messages that it has shown. */
export async function openDevice(
  server: { websocketUrl: string; domain: string },
  account: { username: string; password: string },
): Promise<{ client: Client; received: (count: number) => Promise<Message[]> }> {
  const { websocketUrl, domain } = server
  const client = createClient({ websocketUrl, domain, store: memoryStore() })
  const messages: Message[] = []
  client.on('message', (message) => messages.push(message))
  await client.connect(account)
  return {
    client,
    /** All of them, once there are so many. Rejects when there are more. */
    async received(count) {
      while (messages.length < count)
        await new Promise<void>((resolve) => {
          const remove = client.on('message', () => {
            remove()
            resolve()
          })
        })
      if (messages.length > count) throw new Error(`${messages.length} messages were shown, not ${count}`)
      return [...messages]
    },
  }
}
