import type { ChatUser } from './chat-user.ts'

/** Both ways of a page take their time, as on a phone. */
export async function slowed({ page }: ChatUser) {
  const session = await page.context().newCDPSession(page)
  const conditions = { offline: false, latency: 0 }
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', {
    ...conditions,
    downloadThroughput: 1_500_000,
    uploadThroughput: 1_500_000,
  })
  return {
    async end() {
      await session.send('Network.emulateNetworkConditions', {
        ...conditions,
        downloadThroughput: -1,
        uploadThroughput: -1,
      })
      await session.detach()
    },
  }
}
