import { openChatServerStage } from './chat-server-stage.ts'
import { describeManual } from './suite.ts'

describeManual('Prosody, with the gateway as its component', async (context) => {
  const { stage } = await openChatServerStage(context, 'Prosody')
  return stage
})
