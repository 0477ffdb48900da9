import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireProgram } from '../stack/chat-programs.ts'
import type { ChatServer, UploadBackend } from '../stack/chat-server.ts'
import { startChatServer } from '../stack/chat-servers.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import type { DeviceSide } from './device-side.ts'
import { GatewayStage } from './gateway-stage.ts'
import { StageGateway } from './stage-gateway.ts'

export interface ChatServerStage {
  readonly stage: GatewayStage
  readonly server: ChatServer
}

/** A real chat server, and the gateway as a component of it. The server ends with the stage. */
export async function openChatServerStage(
  context: Mocha.Context,
  name: ChatServer['name'],
  devices?: DeviceSide,
): Promise<ChatServerStage> {
  const server = await startChatServer(context, name)
  try {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-manual-'))
    const gateway = await StageGateway.start(folder, {
      ...server.gatewayEnvironment,
      ...GatewayStage.gatewayEnvironment,
    })
    const reachesGateway = () => gateway.logged('component online')
    await reachesGateway()
    return { server, stage: stageOf({ folder, server, gateway, devices, reachesGateway }) }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** A real chat server that gives the slots itself, and the gateway as its upload backend, which is no component. */
export async function openUploadBackendStage(
  context: Mocha.Context,
  name: ChatServer['name'],
  configuration: UploadBackend['configuration'],
): Promise<ChatServerStage> {
  await requireProgram(context, name)
  if (configuration === 'prosody-upload-external') await requireProgram(context, 'prosody-modules')
  const folder = await mkdtemp(join(tmpdir(), 'sluice-manual-'))
  const secret = randomBytes(16).toString('hex')
  const gateway = await StageGateway.start(folder, {
    ...GatewayStage.gatewayEnvironment,
    SLUICE_UPLOAD_SECRET: secret,
  })
  try {
    const server = await startChatServer(context, name, {
      configuration,
      publicUrl: gateway.http.url,
      secret,
    })
    return { server, stage: stageOf({ folder, server, gateway, reachesGateway: async () => {} }) }
  } catch (error) {
    await gateway.close()
    throw error
  }
}

function stageOf(of: {
  folder: string
  server: ChatServer
  gateway: StageGateway
  devices?: DeviceSide | undefined
  reachesGateway: () => Promise<void>
}): GatewayStage {
  const { folder, server, gateway, devices, reachesGateway } = of
  const { host, pathname } = new URL(server.websocketUrl)
  return new GatewayStage({
    folder,
    gateway,
    devices,
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
}
