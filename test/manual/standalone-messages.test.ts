import { randomUUID } from 'node:crypto'
import { createClient, memoryStore } from '@sluice/client'
import { describeChatServer } from '../interop/chat-servers.ts'
import { embeddedBackend } from '../stack/backends.ts'
import { startGateway } from '../stack/gateway.ts'

const open = async () => {
  const backend = await embeddedBackend()
  const gateway = await startGateway({ env: { ...backend.env, SLUICE_REGISTRATION: 'open' } })
  const websocketUrl = `${gateway.url.replace('http', 'ws')}/xmpp-websocket`
  const domain = 'localhost'
  return {
    websocketUrl,
    domain,
    async createAccount() {
      const account = { username: `user-${randomUUID().slice(0, 8)}`, password: 'correct horse' }
      await createClient({ websocketUrl, domain, store: memoryStore() }).register(account)
      return { ...account, jid: `${account.username}@${domain}` }
    },
    async close() {
      await gateway.stop()
      await backend.drop()
    },
  }
}

describeChatServer('the standalone gateway', open, { hasRooms: false })
