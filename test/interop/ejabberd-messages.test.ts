import { openChatServerStage } from '../manual/chat-server-stage.ts'
import { describeChatServer } from './chat-servers.ts'

describeChatServer('ejabberd', async (context) => {
  const { stage, server } = await openChatServerStage(context, 'ejabberd')
  return { ...server, createAccount: () => server.createAccount(), close: () => stage.close() }
})
