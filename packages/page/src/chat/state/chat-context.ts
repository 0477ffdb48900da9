import type { Client, Contact, SessionState } from '@sluice/client'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Conversations } from './conversations.ts'
import type { Kept } from './kept.ts'
import type { Observable } from './observable.ts'
import type { Previews } from './previews.ts'

/** What the chat of one account stands on. */
export interface ChatState {
  readonly client: Client
  /** Bare JID. */
  readonly account: string
  readonly connection: Observable<SessionState>
  readonly contacts: Observable<readonly Contact[]>
  readonly conversations: Conversations
  /** The conversation that is shown. */
  readonly shown: Observable<string | undefined>
  /** For screen readers: what came in last. */
  readonly heard: Observable<string>
  readonly previews: Previews
  readonly kept: Kept
}

export const ChatContext = createContext<ChatState | undefined>(undefined)

export function useChat(): ChatState {
  const chat = useContext(ChatContext)
  if (!chat) throw new Error('used outside of a chat')
  return chat
}
