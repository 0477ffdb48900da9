import type { Skippable } from './backends.ts'
import { requireProgram } from './chat-programs.ts'
import type { ChatServer, UploadBackend } from './chat-server.ts'
import { startEjabberd } from './ejabberd-server.ts'
import { startProsody } from './prosody-server.ts'

const START = { Prosody: startProsody, ejabberd: startEjabberd } as const

export const CHAT_SERVERS: readonly ChatServer['name'][] = ['Prosody', 'ejabberd']

/** A chat server for one suite, which is skipped where the server is not installed. */
export async function startChatServer(
  context: Skippable,
  name: ChatServer['name'],
  backend?: UploadBackend,
): Promise<ChatServer> {
  await requireProgram(context, name)
  return START[name](backend)
}
