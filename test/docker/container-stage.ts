import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChatSide } from '../manual/chat-side.ts'
import { GatewayStage } from '../manual/gateway-stage.ts'
import { freePort } from '../stack/free-port.ts'
import { newAccount } from '../stack/new-account.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import { TcpProxy } from '../stack/tcp-proxy.ts'
import { buildImages, ComposeStack, type Profile } from './compose-stack.ts'
import { ContainerGateway } from './container-gateway.ts'

/** A profile of docker/compose.yaml, and a stage of the manual's suite on it, which ends the stack with itself. */
export interface ContainerStage {
  readonly stack: ComposeStack
  readonly chat: ChatSide
  readonly stage: GatewayStage
}

export async function openContainerStage(profile: Profile): Promise<ContainerStage> {
  await buildImages(profile)
  const port = await freePort()
  const http = await TcpProxy.open(`http://127.0.0.1:${port}`)
  const stack = await ComposeStack.up({
    profile,
    env: { ...GatewayStage.gatewayEnvironment, GATEWAY_PORT: String(port), SLUICE_PUBLIC_URL: http.url },
  }).catch(async (error: unknown) => {
    await http.close()
    throw error
  })
  const chat = chatSide(stack)
  const stage = new GatewayStage({
    folder: await mkdtemp(join(tmpdir(), 'sluice-containers-')),
    gateway: new ContainerGateway({ stack, http }),
    chat,
  })
  return { stack, chat, stage }
}

function chatSide(stack: ComposeStack): ChatSide {
  const { domain, chatUrl } = stack
  const webSocket = (address: string) => `${address.replace(/^http/, 'ws')}/xmpp-websocket`
  return {
    domain,
    address: chatUrl,
    sdkOptions: (address) =>
      stack.profile === 'standalone' ? { serverUrl: address } : { websocketUrl: webSocket(address) },
    async register(account) {
      await newAccount(webSocket(chatUrl), domain, account)
    },
    login: ({ username, password }) => StanzaUser.login(webSocket(chatUrl), username, password, domain),
    reachesGateway: () => stack.ready(),
    close: () => stack.down(),
  }
}
