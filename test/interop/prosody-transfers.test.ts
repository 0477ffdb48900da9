import { openChatServerStage } from '../manual/chat-server-stage.ts'
import { describeTransfers } from './transfers.ts'

describeTransfers('Prosody', (context) => openChatServerStage(context, 'Prosody'))
