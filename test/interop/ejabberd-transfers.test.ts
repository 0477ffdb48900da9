import { openChatServerStage } from '../manual/chat-server-stage.ts'
import { describeTransfers } from './transfers.ts'

describeTransfers('ejabberd', (context) => openChatServerStage(context, 'ejabberd'))
