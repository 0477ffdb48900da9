import { sharedChromium } from '../browser/chromium.ts'
import { openChatServerStage } from './chat-server-stage.ts'
import { GatewayStage } from './gateway-stage.ts'
import { pageDevices } from './page-devices.ts'
import { describeManual } from './suite.ts'

describeManual('ejabberd, with the gateway as its component, in pages of Chromium', async (context) => {
  const devices = await pageDevices(await sharedChromium(context), GatewayStage)
  const { stage } = await openChatServerStage(context, 'ejabberd', devices)
  return stage
})
