import { openChatServerStage } from '../manual/chat-server-stage.ts'
import { describeChatServer } from './chat-servers.ts'

describeChatServer('Prosody', async (context) => {
  const { stage, server } = await openChatServerStage(context, 'Prosody')
  return { ...server, createAccount: () => server.createAccount(), close: () => stage.close() }
})
