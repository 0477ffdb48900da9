import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChatServer } from '../stack/chat-server.ts'
import { startChatServer } from '../stack/chat-servers.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import { NodeStage } from './node-stage.ts'
import { StageGateway } from './stage-gateway.ts'

export interface ChatServerStage {
  readonly stage: NodeStage
  readonly server: ChatServer
}

/** A real chat server, and the gateway as a component of it. The server ends with the stage. */
export async function openChatServerStage(
  context: Mocha.Context,
  name: ChatServer['name'],
): Promise<ChatServerStage> {
  const server = await startChatServer(context, name)
  const { host, pathname } = new URL(server.websocketUrl)
  try {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-manual-'))
    const gateway = await StageGateway.start(folder, {
      ...server.gatewayEnvironment,
      ...NodeStage.gatewayEnvironment,
    })
    const reachesGateway = () => gateway.logged('component online')
    await reachesGateway()
    const stage = new NodeStage({
      folder,
      gateway,
      chat: {
        domain: server.domain,
        address: `http://${host}`,
        sdkOptions: (address) => ({ websocketUrl: `${address.replace(/^http/, 'ws')}${pathname}` }),
        register: async (account) => {
          await server.createAccount(account)
        },
        login: ({ username, password }) =>
          StanzaUser.login(server.websocketUrl, username, password, server.domain),
        reachesGateway,
        close: () => server.stop(),
      },
    })
    return { stage, server }
  } catch (error) {
    await server.stop()
    throw error
  }
}
