import { openChatServerStage } from './chat-server-stage.ts'
import { describeManual } from './suite.ts'

describeManual('ejabberd, with the gateway as its component', async (context) => {
  const { stage } = await openChatServerStage(context, 'ejabberd')
  return stage
})
