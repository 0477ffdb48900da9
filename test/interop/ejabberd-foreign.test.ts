import { openChatServerStage, openUploadBackendStage } from '../manual/chat-server-stage.ts'
import { describeForeign, foreignMessages, foreignUploads } from './foreign.ts'

describeForeign(
  'ejabberd with the gateway as its component',
  (context) => openChatServerStage(context, 'ejabberd'),
  foreignMessages,
  foreignUploads,
)
describeForeign(
  'ejabberd with the gateway as its upload backend (ejabberd-http-upload)',
  (context) => openUploadBackendStage(context, 'ejabberd', 'ejabberd-http-upload'),
  foreignUploads,
)
