import { sharedChromium } from '../browser/chromium.ts'
import { GatewayStage } from './gateway-stage.ts'
import { pageDevices } from './page-devices.ts'
import { openStandaloneStage } from './standalone-stage.ts'
import { describeManual } from './suite.ts'

describeManual('a standalone gateway with embedded defaults, in pages of Chromium', async (context) => {
  const devices = await pageDevices(await sharedChromium(context), GatewayStage)
  return openStandaloneStage(devices)
})
