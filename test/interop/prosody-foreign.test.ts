import { openChatServerStage, openUploadBackendStage } from '../manual/chat-server-stage.ts'
import { describeForeign, foreignMessages, foreignUploads } from './foreign.ts'

describeForeign(
  'Prosody with the gateway as its component',
  (context) => openChatServerStage(context, 'Prosody'),
  foreignMessages,
  foreignUploads,
)
for (const configuration of ['prosody-file-share', 'prosody-upload-external'] as const)
  describeForeign(
    `Prosody with the gateway as its upload backend (${configuration})`,
    (context) => openUploadBackendStage(context, 'Prosody', configuration),
    foreignUploads,
  )
