import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSDK, memoryStore } from '@sluice/client'
import { StanzaUser } from '../stack/stanza-user.ts'
import type { DeviceSide } from './device-side.ts'
import { GatewayStage } from './gateway-stage.ts'
import { StageGateway } from './stage-gateway.ts'

/** The standalone gateway on embedded defaults. */
export async function openStandaloneStage(devices?: DeviceSide): Promise<GatewayStage> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-manual-'))
  const gateway = await StageGateway.start(folder, {
    ...GatewayStage.gatewayEnvironment,
    SLUICE_REGISTRATION: 'open',
  })
  return new GatewayStage({
    folder,
    gateway,
    devices,
    chat: {
      domain: 'localhost',
      address: gateway.url,
      sdkOptions: (serverUrl) => ({ serverUrl }),
      async register({ username, password }) {
        const sdk = createSDK()
        await sdk.initializeSDK({ serverUrl: gateway.url, domain: 'localhost', store: memoryStore() })
        const registered = await sdk.register(username, password)
        if (registered.statusCode !== 200) throw new Error(registered.message)
      },
      login: ({ username, password }) => StanzaUser.login(gateway.url, username, password),
      reachesGateway: async () => {},
      close: async () => {},
    },
  })
}
